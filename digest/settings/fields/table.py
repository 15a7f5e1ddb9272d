"""A table of the configuration file."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Strict


class Table(BaseModel):
    """A table of the configuration file: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


Whole = Annotated[int, Strict()]
