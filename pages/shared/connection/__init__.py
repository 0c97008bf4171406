"""What stands between the network and the screen: who may connect, headers, deep links."""
