#!/bin/sh
# Nothing may start a daemon while packages are installed into the tree.
exit 101
