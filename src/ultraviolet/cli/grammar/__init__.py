"""The words and options of every command, one module each; a run imports one of them."""
