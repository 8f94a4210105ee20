"""One reduced war, written three times: with our kernels, in SimPy and in Mesa, both with NetworkX.

The network, the weather and the length of the nights are those of a scenario; every other number is round and
assumed, chosen so that railways are cut, mended and short of capacity all the time. It says nothing of Korea.

A day, in order:

1. weather: flyable or not, one two-state Markov chain for the day and one for the night;
2. air: two arms fly sorties = aircraft x sorties an aircraft, if they can; each section takes its share of
   them by length; cuts and bridge hits are Poisson, a hit bridge is down for a lognormal number of days and
   cannot be hit again meanwhile; aircraft and trucks lost are Poisson, missing aircraft are replaced one by
   one with a fixed chance a day;
3. rail: a section carries trunk x its share x length of the night, less a part for each open cut, nothing
   while its bridge is down; sectors ask for what fills their stores, and get the maximum flow with the
   priority split: the emptiest store first, ties by number, the rear last;
4. trucks carry from the railheads in the same order, as far as they go;
5. front: a battle or not, food first, then shells fired as far as there are any; casualties are Poisson;
6. night: crews of a section work on one cut each and mend it with a fixed chance, the others wait.
"""
