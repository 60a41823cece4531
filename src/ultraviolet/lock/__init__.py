"""Resolutions written down: ``uv.lock`` values, their exact bytes, validity, re-use, selection and exports.

The format is version 1 of uv's lockfile, written with revision 3. Import the module that does the work:

``model``            the values of a lockfile, as it spells them
``reader``           text to values, quick for the canonical layout, through ``tomllib`` for any other
``writer``           values to the canonical bytes
``canonical``        the form in which two locks are compared
``from_resolution``  a solved graph to a lock
``satisfies``        whether a lock still answers what is asked
``preferences``      what a new resolution takes over from a lock
``select``           what one environment needs from a lock
``diff``             what changed between two locks
``export``, ``pylock``, ``tree``   other forms of a lock
"""
