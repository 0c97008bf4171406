"""What can go wrong with the store, as one small tree; every message is fit for a reader.

StoreError
├── StoreUnreachable       the server does not answer, or does not let us in
├── StoreUnreadable        what is there is no store of ours, or it is damaged
├── StoreTooNew            a newer Tidemark has written it
├── StoreNotWritable       nothing can be written at the moment; reading goes on
│   ├── StoreLocked        somebody else has been writing for longer than we wait
│   ├── StoreReadOnly      the file, its folder or the account is for reading only
│   └── StoreFull          no room is left on the disk
├── StoreConflict          somebody else has changed the same thing meanwhile
├── StoreMissing           it is not there, or not any more
└── StoreRefused           it cannot be kept as it is: a name is blank, a text too long
"""

from queries.errors import TidemarkError


class StoreError(TidemarkError):
    """What people have written can be neither read nor changed as asked."""


class StoreUnreachable(StoreError):
    """The server does not answer, or does not let us in."""


class StoreUnreadable(StoreError):
    """What is there is no store of ours, or it is damaged."""


class StoreTooNew(StoreError):
    """A newer Tidemark has written it."""


class StoreNotWritable(StoreError):
    """Nothing can be written at the moment; reading goes on."""


class StoreLocked(StoreNotWritable):
    """Somebody else has been writing for longer than we wait."""


class StoreReadOnly(StoreNotWritable):
    """The file, its folder or the account is for reading only."""


class StoreFull(StoreNotWritable):
    """No room is left on the disk."""


class StoreConflict(StoreError):
    """Somebody else has changed the same thing since it was read; the message says who and when."""


class StoreMissing(StoreError):
    """It is not there, or not any more."""


class StoreRefused(StoreError):
    """It cannot be kept as it is."""
