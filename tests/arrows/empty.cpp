// Headers are included from the command line.
