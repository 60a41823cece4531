"""The command line: tables of words and options, the parser, help, and one small module per command."""
