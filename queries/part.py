"""What every part of a settings file has in common."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """One table of the file; a key that we do not know is an error, not a guess."""

    model_config = ConfigDict(extra="forbid", frozen=True)
