"""The directory as HSDS 3.1 objects: plain dictionaries, ready for JSON.

What we do not know is left out; a list that is there and empty says that there is nothing. Hebrew is the main
text. What the standard has no field for is written as an attribute of the taxonomy “Maarag fields”
(`own_fields`).
"""
