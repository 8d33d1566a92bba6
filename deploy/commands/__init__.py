"""The commands, one file a group; each adds itself to the parser and says what it does on the screen."""
