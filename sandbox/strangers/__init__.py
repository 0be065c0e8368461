"""People whom the product has never met, who write to its pages.

cast    who they are
words   what they write, in English and in French
life    people who write by themselves
deeds   what they do, whichever the network; carried out in networks/<network>/strangers.py
"""
