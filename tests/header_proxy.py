"""A proxy that signs everybody in as one person.

`python -m tests.header_proxy PORT TO NAME=VALUE…` listens on PORT and passes on to TO.

It connects from 127.0.0.2, takes away the headers that it sets, whoever sent them, and passes
everything else on as it is, WebSockets too.
"""

import asyncio
import re
import sys

OWN_ADDRESS = "127.0.0.2"
END = b"\r\n\r\n"


def signed(head: bytes, headers: dict[str, str]) -> bytes:
    """The head of a request with these headers, and no others of their names."""
    request, *lines = head.removesuffix(END).split(b"\r\n")
    taken = {name.lower() for name in headers}
    kept = [one for one in lines if one.partition(b":")[0].decode().lower() not in taken]
    if not re.search(rb"(?im)^upgrade:", head):
        kept = [one for one in kept if not one.lower().startswith(b"connection:")]
        kept.append(b"Connection: close")  # so that each request has a head that is read here
    kept += [f"{name}: {value}".encode() for name, value in headers.items()]
    return b"\r\n".join([request, *kept]) + END


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything from one side to the other, until it ends."""
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def serve(port: int, to: int, headers: dict[str, str]) -> None:
    """Listen until ended."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(END)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        inner, outer = await asyncio.open_connection(
            "127.0.0.1", to, local_addr=(OWN_ADDRESS, 0)
        )
        outer.write(signed(head, headers))
        await asyncio.gather(pass_on(reader, outer), pass_on(inner, writer))

    server = await asyncio.start_server(connected, "127.0.0.1", port, limit=2**20)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    own, target, *named = sys.argv[1:]
    asyncio.run(serve(int(own), int(target), dict(one.split("=", 1) for one in named)))
