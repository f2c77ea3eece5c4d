/** Sentences of a small café and of a bicycle workshop, written for this page. */
export const cafe = `a large cappuccino please
can I have an oat milk latte
two espressos to take away
do you have decaf
one flat white and a croissant
could I get an iced coffee with less ice
a pot of green tea for two
is the carrot cake without nuts
a double espresso with a glass of water
can you make that with soy milk
one hot chocolate with whipped cream
I would like a toasted sandwich with cheese
what kinds of tea do you have
a cup of black coffee please
can I have the blueberry muffin warmed up
one americano with room for milk
do you sell gluten free cake
another round of lattes for our table
a small mocha to go
could we order breakfast for three
a slice of the lemon tart please
can I get extra sugar with my coffee
one chai latte with cinnamon on top
is there caffeine in the matcha
a bagel with cream cheese and a filter coffee
do you have any fresh orange juice
I would like the soup of the day with bread
one cortado please and the bill
can I have my tea with honey
a macchiato and a chocolate cookie`;

export const workshop = `my back tyre is flat
the brakes squeak when it rains
can you straighten a bent wheel
the chain keeps falling off
how much is a full service for my bike
I need a new inner tube for a road bike
the gears skip when I pedal hard
could you fit a child seat to this frame
my front light does not work any more
the saddle slides down while I ride
do you repair electric bicycles
there is a crack in my frame
can you replace the worn brake pads
I would like to have my bike cleaned
the pedal makes a clicking noise
how long does it take to change a cassette
my handlebars are loose
please pump up both of my tyres
can you adjust the derailleur today
a spoke broke on the rear wheel
do you sell mudguards for mountain bikes
the battery of my e-bike dies after ten miles
I bent the derailleur hanger in a fall
could you check whether my wheel is true
the bottom bracket feels rough
I want wider tyres on my touring bike
my lock is stuck and I lost the key
can I book a repair for Friday
the brake lever touches the handlebar
what does a new chain cost with fitting`;

/** Of neither. */
export const stranger = "how do I renew my passport";
