import sys

from collabweb.stack.commands import main

sys.exit(main(sys.argv[1:]))
