"""What a person looks at: the list of twins, walls, faults and counts, and the frame of the consent pages."""
