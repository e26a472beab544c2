// The library of this example. Change the number, rebuild, and watch the running program.

int shared_fun(void) { return 42; }
