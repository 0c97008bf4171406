"""What did others find worth keeping an eye on?"""

import streamlit as st

st.caption("Soon here.")
