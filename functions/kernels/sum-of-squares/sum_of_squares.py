"""Four sums of 10^7 squares in one process, as the articles have them; prints their seconds of processor time."""

import time


def sum_of_squares(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


begin = time.process_time()
for _ in range(4):
    sum_of_squares(10**7)
print(time.process_time() - begin)
