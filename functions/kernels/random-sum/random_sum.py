"""Eight sums of 10^6 random integers in one process, as the articles have them; prints their seconds of processor time."""

import random
import time


def random_sum(count):
    return sum([random.randint(1, 100) for _ in range(count)])


begin = time.process_time()
for _ in range(8):
    random_sum(10**6)
print(time.process_time() - begin)
