"""A CPU-bound workload of the articles, squares or integers, in one process; prints its seconds of CPU time."""

import random
import sys
import time


def sum_of_squares(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


def random_sum(count):
    return sum([random.randint(1, 100) for _ in range(count)])


work, size, times = {"squares": (sum_of_squares, 10**7, 4), "integers": (random_sum, 10**6, 8)}[sys.argv[1]]
begin = time.process_time()
for _ in range(times):
    work(size)
print(time.process_time() - begin)
