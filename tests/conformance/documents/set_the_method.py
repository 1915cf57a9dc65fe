import multiprocessing as mp

mp.set_start_method("spawn")
print(mp.get_start_method())
