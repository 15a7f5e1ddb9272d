"""Common words of news in Russian and English; `names` has the names.

A line is `concept: Russian roots | English words`. A root stands for every word that begins with it (the longest root
wins); with `=` it stands for that word alone. An English word stands for every word with its stem, in capitals only for
itself.
"""

# Stop words.
STOP = (
    "и в во на с со к ко о об от до по за из у не ни но а же бы ли как что это этот эта эти его ее их он она они мы вы "
    "я для при под над про без после перед через между из-за еще уже или если когда где кто чем чему чтобы так также "
    "только все всех свой свои своей своих будет будут был была были быть есть стал стала стали может могут более "
    "менее около почти тот та те там тут нет да ему ей им нас вас себя которые который которая рублей рубля долларов "
    "доллара евро тысяч тысячи десятки сотни "
    "a an the and or but of in on at to from for with without by as is are was were be been being it its his her their "
    "our your my he she they we us you i that this these those into onto over under about after before between during "
    "against amid than then not no nor so if when where who what which how why will would can could may might should "
    "has have had do does did more most less least very just also still yet again out off via per vs s t there here "
    "all some any both each dollars euros roubles usd eur thousands tens hundreds"
)

# Pairs of words with one meaning.
TOGETHER = """
northkorea: North Korea | Северная Корея
southkorea: South Korea | Южная Корея
newyork: New York | Нью Йорк
newzealand: New Zealand | Новая Зеландия
usa: United States | Соединенные Штаты
britain: United Kingdom | Соединенное Королевство
saudi: Saudi Arabia | Саудовская Аравия
southafrica: South Africa | Южная Африка
whitehouse: White House | Белый дом
statedepartment: State Department
mod: defence ministry | министерство обороны
foreignministry: foreign ministry | министерство иностранных
defenceminister: defence minister | министр обороны | глава Минобороны
foreignminister: foreign minister | глава МИД | министр иностранных
deputyminister: deputy minister | заместитель министра
interiorminister: interior minister | глава МВД | министр внутренних
premier: prime minister | премьер министр
airforce: air force | воздушные силы
airdefence: air defence | противовоздушная оборона
army: armed forces | вооруженные силы
centralbank: central bank | центральный банк
supremecourt: supreme court | верховный суд
worldchampion: world champion | чемпион мира
worldcup: world cup | кубок мира
olympics: olympic games | олимпийские игры
"""

# Common words: events and actions, but no names.
WORDS = """
fighter: истребител | fighter jet warplane
aircraft: самолет авиалайнер лайнер= | aircraft plane airplane airliner
helicopter: вертолет | helicopter chopper
drone: беспилот дрон бпла= | drone UAV unmanned
bomber: бомбардировщик | bomber
tanker: заправщик танкер | tanker
tank: танк танки= танков= танка= танком= | tank
rocket: ракет | missile rocket
icbm: мбр= межконтинентальн | ICBM intercontinental
ballistic: баллистическ | ballistic
submarine: подводн апл= дэпл= подлодк субмарин | submarine
frigate: фрегат | frigate
corvette: корвет | corvette
destroyer: эсминец эсминц | destroyer
carrier: авианос | carrier
ship: корабл судн судов= суда= | ship vessel
boat: лодк катер | boat
ferry: паром | ferry
icebreaker: ледокол | icebreaker
engine: двигател | engine
vehicle: машин автомобил бронемашин | vehicle car truck
rifle: автомат винтовк | rifle
gun: орудие орудия гаубиц пушк | gun howitzer artillery
ammunition: боеприпас снаряд | ammunition shell munition
radar: радар рлс= радиолокацион | radar
satellite: спутник | satellite
airdefence: пво= зенитн зрк= зрс= |
weapon: оружи вооружен вооружени | weapon arm armament
army: арми войск сухопутн | army troops
military: военн | military
defence: оборон | defence defense
mod: минобороны= |
navy: вмф= вмс= флот | navy fleet naval
airforce: ввс= вкс= | airforce
nuclear: ядерн атомн | nuclear atomic
plant: завод | plant factory
station: станци | station
strike: удар | strike hit
attack: атак нападен нападени обстрел | attack assault raid shelling
explosion: взрыв взорва | explosion blast explode
war: войн | war
truce: перемир прекращен | truce ceasefire
peace: мирн | peace
world: мир= мира= мире= миров глобальн | world global
border: границ | border
exercise: учени маневр | exercise drill manoeuvre maneuver wargame
trial: испытан испыта | trial test
ministry: министерств | ministry department
minister: министр | minister
foreignministry: мид= |
president: президент | president
premier: премьер | premier
government: правительств | government cabinet
parliament: парламент | parliament
deputy: депутат | lawmaker deputy
election: выбор | election poll
vote: голосов голосу проголосов | vote
law: закон законопроект | law bill act
court: суд= суда= суде= суду= судом= судебн | court tribunal
judge: судь | judge
sentence: приговор осуд осужд | sentence convict jail
arrest: арест задерж | arrest detain
police: полици полицей | police
sanction: санкц | sanction
protest: протест митинг демонстрац | protest rally demonstration
union: профсоюз | union
strikework: забастов | walkout
talks: переговор | talk negotiation
meeting: встреч встрет | meet meeting
summit: саммит | summit
agreement: соглашен договор контракт сделк | agreement agree deal contract treaty pact accord
sign: подпис подпиш | sign
visit: визит посети посеща прибыл= прибыла= прибыть= прибудет | visit arrive
order: заказ | order
buy: купи закуп покуп приобр | buy purchase procure acquire
sell: продаж прода | sell sale sold
deliver: постав передат переда передал достав | deliver delivery supply send hand
get: получ | receive get take obtain
start: нача начн старт приступ начин начал | start begin commence began launch kick
launch: запуст запуск пуск пусти | launch
finish: заверш законч оконч | finish complete end conclude
test: пробн | trial
open: откры открыт откроет | open opening unveil inaugurate
close: закры закро | close shut closure
build: построи строи стро | build construct built construction
production: производств выпуск серийн | production output serial produce manufacture
2: два= две= двух= двум= двое= | two
3: три= трех= трем= трое= | three
4: четыре четырех четверо= | four
5: пять= пяти= пятеро= | five
6: шесть= шести= шестеро= | six
7: семь= семи= семеро= | seven
8: восемь= восьми= | eight
9: девять= девяти= | nine
10: десять= десяти= | ten
11: одиннадцат | eleven
12: двенадцат | twelve
20: двадцат | twenty
first: перв впервые= | first maiden
second: втор | second
third: трет | third
new: новы новая= новое= новую= нового= новой= новом= новейш | new newest latest
final: финал | final
record: рекорд | record
large: крупн больш | large big major largest biggest
old: стар= старый= старейш | old oldest
raise: увелич повыс повыш вырас вырос выраст рост= растет= подня подним | raise rise increase boost grow hike growth
cut: снизи сниж сократ сокращ упал упад падени уменьш | cut fall drop decline reduce decrease slump down fell
exceed: превы | exceed surpass top
budget: бюджет расход | budget spend expenditure
money: деньг | money
price: цена= цены= цену= ценой= цен= ценам= ценах= ценов | price
inflation: инфляц | inflation
rate: ставк | rate
bank: банк | bank
centralbank: центробанк= цб= |
economy: экономи | economy economic
gdp: ввп= | GDP
tax: налог | tax
oil: нефт | oil crude
gas: газ= газа= газу= газов газопровод | gas
energy: энерг | energy power electricity
profit: прибыль= прибылью= прибыл | profit
revenue: выруч доход | revenue income sales
share: акци | share stock
loan: кредит | loan credit
trade: торгов | trade
export: экспорт | export
import: импорт | import
duty: пошлин | tariff duty
company: компани фирм | company firm
bookorders: портфел | book backlog portfolio
approve: одобр утверд | approve clear endorse pass
reject: отклон отверг отказ | reject refuse turn
ban: запре | ban prohibit
allow: разреш | allow permit
say: заяви сообщ рассказ объяви назва | say said tell told announce declare claim
promise: обеща | promise pledge vow
warn: предупред | warn
plan: план намер | plan intend
show: показ представ продемонстр | show present display unveil demonstrate
appoint: назнач | appoint name
head: глава= главы= главу= главой= главе= руководител лидер | head chief leader
resign: отставк | resign step
dismiss: уволи увольн | dismiss fire sack
die: умер убит убий убил сконча погиб смерт гибел умира | die dead death kill killed murder
wound: ранен постра травм | injure wound hurt
crash: авари круш разби катастроф дтп= столкн | crash collision accident wreck
fire: пожар загор горит= возгор | fire blaze wildfire
flood: наводн затоп паводк потоп | flood
earthquake: землетряс | earthquake quake
storm: шторм бур= ураган циклон тайфун | storm hurricane typhoon cyclone
snow: снег снегопад | snow snowfall blizzard
fog: туман | fog mist
rain: дожд ливн | rain downpour
heat: жар жара= тепл | heat heatwave
evacuate: эваку | evacuate evacuation
rescue: спас | rescue save
find: обнаруж нашл найд найти= находк | find found discover
missing: пропал пропав исчез | missing disappear vanish
hospital: больниц госпитал | hospital
doctor: врач | doctor
vaccine: вакцин привив | vaccine vaccination jab
virus: вирус | virus
disease: болезн заболев | disease illness
patient: пациент | patient
school: школ | school
student: студент | student
pupil: школьник ученик | pupil schoolchild
university: университет вуз= | university
scientist: учены исследовател | scientist researcher
study: исследован | study research
space: космос космич | space
cosmonaut: космонавт астронавт | astronaut cosmonaut
spacecraft: зонд | spacecraft probe
planet: планет | planet
film: фильм кино= | film movie
festival: фестивал | festival
award: преми наград приз= | award prize
museum: музе | museum
theatre: театр | theatre theater
exhibition: выставк | exhibition show
artist: художник артист | artist
painting: картин полотн | painting
book: книг роман= | book novel
writer: писател | writer author
music: музык | music
concert: концерт | concert gig
champion: чемпион | champion championship
cup: кубок кубк | cup
match: матч | match game
team: сборн команд | team squad side
win: выигр побед обыгр одол | win beat victory defeat won beat
lose: проигр | lose lost
goal: гол= | goal
coach: тренер | coach
football: футбол | football soccer
hockey: хокке | hockey
medal: медал | medal
gold: золот | gold
olympics: олимп | olympic olympics
airport: аэропорт | airport
flight: рейс полет авиарейс | flight
train: поезд электричк | train
railway: железнодор | railway rail
metro: метро | metro subway underground
tram: трамва | tram
bus: автобус | bus coachbus
bridge: мост= моста= мосту= мостом= мосты= | bridge
road: дорог трасс шоссе | road highway motorway
port: порт= порта= порту= портов | port harbour harbor
crane: кран= крана= | crane
street: улиц | street
square: площад | square
house: дом= дома= доме= домов= | house home
flat: квартир | flat apartment
city: город горожан | city town
village: деревн села= селе= поселк поселок | village
mayor: мэр | mayor
governor: губернатор | governor
region: област регион | region province
council: совет | council
sea: мор= море= моря= морск морю= | sea maritime
ocean: океан | ocean
river: рек= река= реке= реки= реку= | river
lake: озер | lake
island: остров | island
mountain: гор= гора= горах= | mountain
forest: лес= леса= лесу= лесов | forest
water: вод= вода= воды= воду= | water
child: дет= дети= детей= ребен | child children kid
woman: женщин | woman women
man: мужчин | man men
people: люд= люди= людей= людям= человек= | people person
resident: жител | resident
worker: рабоч работник | worker employee staff
tourist: турист | tourist
passenger: пассажир | passenger
pilot: пилот летчик | pilot
soldier: солдат военнослужащ | soldier serviceman
hostage: заложник | hostage
prisoner: пленн заключен | prisoner inmate
refugee: бежен | refugee
migrant: мигрант | migrant
spy: шпион | spy
hacker: хакер | hacker
terror: террор теракт | terror terrorist terrorism
bomb: бомб | bomb
security: безопасн | security safety
intelligence: развед | intelligence
embassy: посольств | embassy
ambassador: посол= посла= | ambassador envoy
diplomat: дипломат | diplomat
ally: союзник | ally
aid: помощ | aid help assistance
supply: снабж | supply
ai: ии= нейросет | AI
internet: интернет | internet online
phone: телефон смартфон | phone smartphone
app: приложен | app application
user: пользовател | user
data: данн | data
year: год= года= году= лет= годы= | year
month: месяц | month
week: недел | week
day: день= дня= дней= сутк | day
today: сегодня= | today
cooperation: сотрудничеств | cooperation
air: воздуш | air aerial
crisis: кризис | crisis
reform: реформ | reform
pension: пенси | pension
red: красн | red
black: черн= черное= черного= черном= черноморск | black
white: белый= белая= белое= белого= белом= | white
north: север | north northern
south: южн юг= юга= юге= | south southern
east: восто | east eastern
west: запад | west western
deputy: зам= замминистр заместител | deputy vice
cruise: крылат | cruise
hypersonic: гиперзвук | hypersonic
target: объект= объекты= объектам= мишен | target
batch: парти | batch party
joint: совместн | joint jointly
reach: достиг | reach
seek: запрос попрос прос | seek request ask
threat: угро | threat threaten
accuse: обвин | accuse charge
deny: отриц опроверг | deny
confirm: подтверд | confirm
demand: требов потребов | demand
urge: призва призыв | urge call
support: поддерж | support back
suspend: приостан | suspend halt
cancel: отмен | cancel scrap
delay: отлож перенес | delay postpone
return: верну возвра | return
leave: поки уход уйд ушел= ушла= | leave quit left
join: вступ присоедин вошел= вошла= вошли= войдет= | join
create: созда | create establish
replace: замен | replace
repair: ремонт | repair
modernise: модерн | upgrade modernise modernize
develop: разработ | develop
destroy: уничтож сбил сбит | destroy shoot shot
expert: эксперт аналитик | expert analyst
report: отчет доклад | report
media: сми= | media
citizen: граждан | citizen
victim: жертв | victim
lawyer: адвокат юрист | lawyer attorney
prosecutor: прокур | prosecutor
investigate: следств расслед | investigation investigate inquiry
corruption: корруп взятк взяточ | corruption bribe bribery
fraud: мошен | fraud
prison: тюрьм колони | prison
weather: погод | weather
temperature: температур | temperature
wind: ветер ветр | wind
right: права= прав= | rights
referendum: референдум | referendum
opposition: оппозиц | opposition
candidate: кандидат | candidate
king: король= короля= королю= | king
queen: королев | queen
prince: принц | prince
church: церк церков храм | church
anniversary: годовщин юбиле | anniversary
half: половин | half
voter: избирател | voter
ton: тонн | ton tonne
salary: зарплат | salary wage pay
job: безработ | unemployment
climate: климат | climate
environment: эколог | environment
"""
