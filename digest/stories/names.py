"""Names that transliteration does not match: countries, places, organisations, people and companies.

They can join titles in two languages; different countries count against the same story.

The format is that of `glossary`.
"""

COUNTRIES = """
russia: росси русск рф= российск | russia russian
usa: сша= соединенные= американ америк= америки= америке= штатам= штатов= | US USA american america
china: китай китая= китае= китаем= кнр= | china chinese
japan: япон | japan japanese
germany: герман немецк немц фрг= | germany german
france: франци француз | france french
britain: британ великобритан английск англи | britain british UK england english
spain: испан | spain spanish
italy: итали италь | italy italian
poland: польш польск поляк | poland polish
greece: греци греческ грек= греки= греков= | greece greek
turkey: турци турецк турк= турки= турок= | turkey turkish turkiye
hungary: венгр венгер | hungary hungarian
austria: австри | austria austrian
switzerland: швейцар | switzerland swiss
sweden: швед швец | sweden swedish
norway: норвег норвеж | norway norwegian
finland: финлянд финск финн= финны= | finland finnish
denmark: дани= дании= данию= данией= датск датчан | denmark danish
netherlands: нидерланд голланд | netherlands dutch holland
belgium: бельг | belgium belgian
ireland: ирланд | ireland irish
scotland: шотланд | scotland scottish
czech: чехи= чехии= чехию= чешск | czech czechia
ukraine: украин | ukraine ukrainian
belarus: белорус беларус | belarus belarusian
lithuania: литв литов | lithuania lithuanian
latvia: латви латыш | latvia latvian
estonia: эстон | estonia estonian
georgia: грузи | georgia georgian
armenia: армен армян | armenia armenian
azerbaijan: азербайдж | azerbaijan azerbaijani
kazakhstan: казахст казахск | kazakhstan kazakh
serbia: серби сербск | serbia serbian
israel: израил | israel israeli
palestine: палестин | palestine palestinian
egypt: египет египт | egypt egyptian
syria: сири= сирии= сирию= сирийск | syria syrian
iraq: ирак= ирака= ираке= ираку= иракск | iraq iraqi
iran: иран | iran iranian
india: инди= индии= индию= индией= индийск | india indian
saudi: саудов | saudi
uae: оаэ= эмират | UAE emirates
korea: коре= кореи= корею= кореей= корея= корейск | korea korean
northkorea: кндр= пхеньян | DPRK pyongyang
southkorea: сеул | seoul
vietnam: вьетнам | vietnam vietnamese
brazil: бразил | brazil brazilian
mexico: мексик | mexico mexican
argentina: аргентин | argentina argentine
newzealand: новозеланд | zealander
canada: канад | canada canadian
australia: австрали | australia australian
romania: румын | romania romanian
bulgaria: болгар | bulgaria bulgarian
slovakia: словак словац | slovakia slovak
slovenia: словен | slovenia slovenian
croatia: хорват | croatia croatian
bosnia: босни= боснии= боснию= боснийск | bosnia bosnian
montenegro: черногор | montenegro
macedonia: македон | macedonia macedonian
albania: албан | albania albanian
kosovo: косов | kosovo
moldova: молдав молдов | moldova moldovan
portugal: португал | portugal portuguese
cyprus: кипр | cyprus cypriot
afghanistan: афган | afghanistan afghan
pakistan: пакистан | pakistan pakistani
bangladesh: бангладеш | bangladesh
indonesia: индонез | indonesia indonesian
malaysia: малайз | malaysia malaysian
singapore: сингапур | singapore
thailand: таиланд тайск | thailand thai
myanmar: мьянм | myanmar burma
taiwan: тайван | taiwan taiwanese
mongolia: монгол | mongolia mongolian
uzbekistan: узбек | uzbekistan uzbek
kyrgyzstan: киргиз кыргыз | kyrgyzstan kyrgyz
tajikistan: таджик | tajikistan tajik
turkmenistan: туркмен | turkmenistan turkmen
yemen: йемен | yemen yemeni
jordan: иордан | jordan jordanian
lebanon: ливан | lebanon lebanese
libya: ливи= ливии= ливию= ливийск | libya libyan
algeria: алжир | algeria algerian
morocco: марокк | morocco moroccan
tunisia: тунис | tunisia tunisian
sudan: судан | sudan sudanese
ethiopia: эфиоп | ethiopia ethiopian
nigeria: нигери | nigeria nigerian
kenya: кени= кении= кению= кенийск | kenya kenyan
somalia: сомал | somalia somali
congo: конго= | congo
venezuela: венесуэл | venezuela venezuelan
colombia: колумби | colombia colombian
ecuador: эквадор | ecuador
bolivia: боливи | bolivia bolivian
qatar: катар | qatar qatari
kuwait: кувейт | kuwait
peru: перу= перуанск | peru peruvian
chile: чили= чилийск | chile chilean
iceland: исланд | iceland icelandic
mali: мали= малийск | mali malian
laos: лаос | laos
oman: оман= омана= омане= оману= | oman omani
istanbul: стамбул | istanbul
cuba: куба= кубы= кубе= кубу= кубинск | cuba cuban
philippines: филиппин | philippines philippine
southafrica: юар= | ZA
"""

NAMES = """
africa: африк | africa african
europe: европ евро= | europe european
eu: ес= евросоюз | EU
un: оон= | UN
nato: нато= альянс | NATO alliance
imf: мвф= | IMF
who: воз= | WHO
iaea: магатэ= | IAEA
opec: опек= | OPEC
fed: фрс= | FED
houthi: хусит | houthi
taliban: талиб | taliban
hezbollah: хезболл хизбалл | hezbollah
hamas: хамас | hamas
kurd: курд курды= курдск | kurd kurdish
moscow: москв москов | moscow muscovite
kremlin: кремл | kremlin
petersburg: петербург | petersburg
kyiv: киев | kyiv kiev
beijing: пекин | beijing
paris: париж | paris parisian
london: лондон | london
washington: вашингтон | washington
berlin: берлин | berlin
rome: рим= рима= риме= риму= римск | rome roman
vienna: вена= вене= вену= вены= венск | vienna viennese
warsaw: варшав | warsaw
brussels: брюссел | brussels
geneva: женев | geneva
jerusalem: иерусалим | jerusalem
athens: афины= афинах= афин= | athens
cairo: каир | cairo
tokyo: токио | tokyo
venice: венеци | venice venetian
munich: мюнхен | munich
prague: прага= праге= праги= прагу= пражск | prague
newyork: йорк= йорке= йорка= | york
statedepartment: госдеп |
pentagon: пентагон | pentagon
baltic: балти | baltic
mediterranean: средиземн | mediterranean
pacific: тих= тихий= тихом= тихого= тихоокеанск | pacific
arctic: аркти | arctic
xi: си= | xi
jinping: цзиньпин | jinping
trump: трамп | trump
biden: байден | biden
scholz: шольц | scholz
merkel: меркел | merkel
johnson: джонсон | johnson
sunak: сунак | sunak
macron: макрон | macron
musk: маск= маска= маску= маском= | musk
pope: папа= папы= понтифик | pope pontiff
boeing: боинг | boeing
airbus: эйрбас аэробус | airbus
apple: эппл= apple | apple
google: гугл google | google
facebook: фейсбук | facebook
microsoft: майкрософт | microsoft
lockheed: локхид | lockheed
tesla: тесл | tesla
mars: марс= марса= марсе= марсу= марсиан | mars martian
moon: луна= луне= луны= луну= лунн | moon lunar
"""
