"""Measures of what Harbour costs, each against its floor or a peer in the same run: ``python -m tests.bench``.

How a number here can be trusted:

- The code under test is the *built zips*, unpacked, in processes of their own (:mod:`tests.bench.functions`). What
  counts and what judges runs in this process and reads nothing that the code under test says about itself.
- Operations are counted on the wire (:mod:`tests.bench.wire`): every AWS request of a function goes through a recorder.
- A count is void unless the same run proves the outcome (:mod:`tests.bench.oracle`): every message stored once, shown
  to exactly the right people, the chain whole. A void measure does not hold.
- Values are counts or ratios within one run, never a time. Seeds are drawn anew for each run and printed.

The burst of updates (:mod:`tests.bench.measures.updates`) is the exception, because it makes 350,000 calls: its code is
the source tree's in this process, botocore's requests are answered and counted where they would leave it
(:mod:`tests.bench.in_memory`), and it says how soon somebody is told, which is a time.
"""
