import threading
import time


def fetch(page):
    print(f"asking for {page}")
    time.sleep(0.2)
    print(f"{page} has come")


readers = []
for number in range(5):
    reader = threading.Thread(target=fetch, args=(f"page {number}",))
    readers.append(reader)
    reader.start()

for reader in readers:
    reader.join()

print("every page has come")
