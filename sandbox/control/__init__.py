"""/_control: what tests, benchmarks and the demo ask of the sandbox itself. JSON in, JSON out.

rooms       all of it, put together
guard       who is answered, and how wrong requests are
names       people, pages and users, by id or name
faults      what goes wrong on request
happened    what was published and answered, and which calls came
people      more accounts
grants      grants and tokens without a click, and what people withdraw
life        strangers who write by themselves
callbacks   what Facebook asks an app about a person
strangers   what strangers are asked to do, one by one or in a burst
webhooks    where events go, what goes wrong with them, and what became of each
steering    the clock, settings, and a new beginning
"""
