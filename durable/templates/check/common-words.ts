// Words that these documents capitalize although they are not names: in headings, greetings, tables and closings. A
// capitalized word that is in this list or in a source is not a finding.

const WORDS = `
a about above accept accepted access accommodation accordance account accreditation action actions active activities
activity actual add additional address advance advanced advancing advised after against agenda agreed agreement all also
am an and answer answers any applicable approval approved april area areas arrival arrive arrivals as asap assigned
assignment assistant at attached attachment attention attn audience audio august available away awarded back background
backline based be because been before begin below best better between bid bids both brief briefing budget build building
but by call calls can cancelled capacity careful carried case cases catering cause cc certificate certificates
certifications change changes charge cheers check checks chief city class clean cleanup clear client close closed
closing code comment comments community company complete completed completion concern condition conditions confirm
confirmation confirmed contact contacts contain contains content contents contract contractor coordinator copy corrective
cost costs could country coverage crew criteria critical current currently customer daily damage dates date day days
deadline dear december decided decision declined deliver deliverable deliverables delivered delivery department depart
departments dependencies dependency depends description design detail details did director discovery discussion doc
document documents does done door doors draft driver due duration during each early earliest earlier effective electric
electrical electrician electronic email emails emergency employee end ends engineer engineering ensure entry equipment est
evaluation event events every evidence example executive expected expired expires expiring expiry factor facts fault feb
february festival few field file final find finding findings finish finished fire first flag float floor follow following
food for form forms forward free friday from front full further general get goal good goods great greetings ground guest
had hand handling happened happy has have he head health hello help her here hi high highlights him his home hope
hospitality hotel hour hours house how however i id if immediate immediately impact important in incident incidents
include included includes including information injured injuries injury input inspection install installation instructions
insurance insured insurer internal into invoice involved is issue issued issues it item items its january job join july
june just keep key kind kindly know known labor labour lane large last late latest lead leader lead-in left legend let
level liability licence license light lighting like limit line list listed live load loading load-in load-out loader
local location locations log logistics look looking lost lunch made main make manager management many map march master
material materials matter may maximum medic medical meeting member members merchandise message milestone milestones
minimum minor minute minutes miss missing monday monitor month more most mr mrs ms must my n name named names near nda
need needed needs new next no none nor not note noted notes nothing notice notification november now number numbers
october of off offer offered offers office officer on once one only open opening operate operating operation operations
operator option optional or order organisation organization osha other our out outcome outdoor outline over overall
overdue overview own owner p page paid paper papers park parking part participants parties parts party path pause pay
payment pending people per percent performance period permit permits person personnel phase phone photo plan planned
planner plans please plot point points police policy position possible power pre predecessor preliminary prepared present
previous price prices pricing primary prior priority private problem procedure proceed process procurement produced
producer production productions professional progress project promoter proof proposal proposals proposed protection
provide provided provider public purpose qualifications quality quantity question questions quote ready reason receive
received recipient recommended record recordable recorded records recovery re ref reference references regard regarding
regards register rehearsal related release remaining remarks reminder rental replies reply report reported reporter
reporting reports request requested require required requirement requirements requires resolution resolved resource
respond responder response responses responsible restricted restoration restore result return review rfp rider riders
rig rigger rigging right rights risk risks road role roles room root row rows run runner s safe safety same sanitation
saturday saw scaffold schedule scheduled schedules scope second section sections security see send sent september
sequence series service services session set setup several severity shall share she sheet ship shop short should show
shows side sign signature signed since sincerely site sites slack small so soft some soon sound source sources special
spec specification specifications stage stages staging staff standard start started starting starts state statement
statements states status steel step steps still stop strike structure structural subject submission submissions submit
submitted such suite summary sunday supervisor supplier suppliers support sure system systems t table take taken target
task tasks tax team tech technical technician technicians tel temporary term terms test thank thanks that the their them
then there these they thing this those thursday ticket time timeline times timing title to today together tomorrow too
total tour transport transportation travel treatment truck trucking trucks trusses truss tuesday type types under unit
until up update updated updates us use used v valid vehicle vendor vendors venue venues version very via video view
volunteer w walk walkthrough wall want was waste we weather wednesday week weeks welcome well were what when where whether
which while who whole whom why will wireless wish with within without witness witnesses work worker workers workforce
working would written yes yesterday yet you your yours zone zones
admin artist artists assistance associate audit band bands breakdown budgeted cable camera campaign carpenter caterer
ceiling changeover checklist circuit clearance coach comms concert console contingency control controls crane crowd curfew
custom deck designer desk dimmer dinner dressing drum edge egress electrics estimate executive exit exits exterior fence
fencing foh forklift freight gate gates gear generator generators green handover hazard hazards hire hospital indoor
infrastructure inspector interior kitchen led ladder landmark layout lift locker loader lobby manual marketing mix mixing
mobile monitors motors near noise onsite opener outage outdoors pa packing patch perimeter playback plumber pm pit platform
policies polices porta power-up premises press programme programmer projection props purchase pyro rack ramp reception
recordability rehearsals restrooms roof runway screen screens seating settlement shift shifts shipping showtime shuttle
signage soundcheck speaker speakers spotlight stagehand stagehands stair stairs steward stewards storage streaming
supply surface sweep teardown tent tents ticketing toilets tower trailer trailers training transit uplink utilities van
visa visual vip wardrobe water wiring yard`;

export const COMMON_WORDS: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** Function words that identify a language that capitalizes common nouns. */
export const GERMAN_WORDS: ReadonlySet<string> = new Set(
  'und der die das den dem des ein eine einer mit für auf im ist sind wird werden bitte wir ihre ihr sie von zum zur nicht bei'.split(
    ' ',
  ),
);
