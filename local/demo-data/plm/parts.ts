// The parts of Cascade Robotics, by design, and their components. Item numbers follow the order of the rows, so add new
// rows at the end of the last design. The keys are used only in this data.
type State = 'Draft' | 'In Review' | 'Approved' | 'Released';
type PartType = 'Manufacture' | 'Purchase' | 'Software' | 'Phantom';
/** key, name, state, type, material, cost in USD, weight in grams */
type PartRow = readonly [string, string, State, PartType, string | null, number | null, number | null];

const R = 'Released';
const D = 'Draft';
const MAKE = 'Manufacture';
const BUY = 'Purchase';
const AL6061 = 'Aluminium 6061-T6';
const AL7075 = 'Aluminium 7075-T6';
const STEEL = 'Steel 42CrMo4';
const A2 = 'Stainless steel A2-70';
const BEARING = 'Bearing steel 100Cr6';

const LIBRARY: readonly PartRow[] = [
  ['m3x8', 'Socket head screw M3 × 8', R, BUY, A2, 0.04, 0.8],
  ['m3x12', 'Socket head screw M3 × 12', R, BUY, A2, 0.05, 1.1],
  ['m4x10', 'Socket head screw M4 × 10', R, BUY, A2, 0.06, 1.6],
  ['m4x16', 'Socket head screw M4 × 16', R, BUY, A2, 0.07, 2.1],
  ['m5x20', 'Socket head screw M5 × 20', R, BUY, A2, 0.1, 4.2],
  ['m6x25', 'Socket head screw M6 × 25', R, BUY, A2, 0.16, 7.9],
  ['m8x30', 'Socket head screw M8 × 30', R, BUY, A2, 0.31, 17.4],
  ['washer4', 'Spring lock washer M4', R, BUY, A2, 0.02, 0.2],
  ['washer6', 'Spring lock washer M6', R, BUY, A2, 0.03, 0.8],
  ['dowel4', 'Dowel pin 4 m6 × 16', R, BUY, 'Hardened steel', 0.22, 1.6],
  ['brg6804', 'Deep groove ball bearing 6804-2RS', R, BUY, BEARING, 3.9, 18],
  ['brg6808', 'Deep groove ball bearing 6808-2RS', R, BUY, BEARING, 6.2, 33],
  ['brgthin80', 'Thin section bearing, 80 mm bore', R, BUY, BEARING, 48.5, 96],
  ['brgthin60', 'Thin section bearing, 60 mm bore', R, BUY, BEARING, 41, 71],
  ['brgcross90', 'Crossed roller bearing, 90 mm', R, BUY, BEARING, 186, 410],
  ['oring68', 'O-ring 68 × 2', R, BUY, 'NBR 70', 0.38, 1.2],
  ['oring92', 'O-ring 92 × 2.5', R, BUY, 'NBR 70', 0.52, 2.1],
  ['seal40', 'Radial shaft seal 40 × 52 × 7', R, BUY, 'FKM', 4.1, 12],
  ['conn8', 'Circular connector M12, 8 pole, panel', R, BUY, null, 11.8, 28],
  ['conn4', 'Circular connector M12, 4 pole, panel', R, BUY, null, 9.4, 25],
  ['cablepwr', 'Hybrid servo cable, per meter', R, BUY, null, 14.2, 180],
  ['cableeth', 'Industrial Ethernet cable, per meter', R, BUY, null, 3.1, 62],
  ['gland20', 'Cable gland M20', R, BUY, 'PA6', 1.4, 14],
  ['grease', 'Gear grease, 60 g cartridge', R, BUY, null, 7.6, 74],
  ['label', 'Rating plate, blank', R, BUY, 'Polyester', 0.6, 1],
  ['m4insert', 'Threaded insert M4', D, BUY, 'Brass', 0.12, 0.9],
];

const ACTUATORS: readonly PartRow[] = [
  ['act-l', 'Joint actuator L, 180 Nm', R, MAKE, null, null, 4100],
  ['act-m', 'Joint actuator M, 82 Nm', R, MAKE, null, null, 2350],
  ['act-s', 'Joint actuator S, 28 Nm', R, MAKE, null, null, 1180],
  ['gear-l', 'Strain wave gear stage L, 1:101', R, MAKE, null, null, 920],
  ['gear-m', 'Strain wave gear stage M, 1:101', R, MAKE, null, null, 540],
  ['gear-s', 'Strain wave gear stage S, 1:81', R, MAKE, null, null, 260],
  ['wavegen-l', 'Wave generator assembly L', R, MAKE, null, null, 240],
  ['wavegen-m', 'Wave generator assembly M', R, MAKE, null, null, 150],
  ['wavegen-s', 'Wave generator assembly S', R, MAKE, null, null, 82],
  ['plug-l', 'Elliptical plug L', R, MAKE, STEEL, 61, 118],
  ['plug-m', 'Elliptical plug M', R, MAKE, STEEL, 48, 74],
  ['plug-s', 'Elliptical plug S', R, MAKE, STEEL, 39, 41],
  ['flex-l', 'Flexspline L', R, MAKE, STEEL, 204, 210],
  ['flex-m', 'Flexspline M', R, MAKE, STEEL, 163, 128],
  ['flex-s', 'Flexspline S', R, MAKE, STEEL, 121, 66],
  ['circ-l', 'Circular spline L', R, MAKE, STEEL, 142, 390],
  ['circ-m', 'Circular spline M', R, MAKE, STEEL, 118, 214],
  ['circ-s', 'Circular spline S', R, MAKE, STEEL, 94, 102],
  ['motor-l', 'Frameless motor kit 85', R, BUY, null, 312, 860],
  ['motor-m', 'Frameless motor kit 70', R, BUY, null, 248, 520],
  ['motor-s', 'Frameless motor kit 50', R, BUY, null, 196, 270],
  ['brake-l', 'Holding brake 12 Nm', R, BUY, null, 88, 340],
  ['brake-s', 'Holding brake 4 Nm', R, BUY, null, 61, 160],
  ['encoder', 'Absolute encoder, 20 bit', R, BUY, null, 134, 38],
  ['torque', 'Joint torque sensor', R, BUY, null, 220, 96],
  ['drive', 'Servo drive board', R, MAKE, null, 96, 74],
  ['drive-fw', 'Servo drive firmware', R, 'Software', null, null, null],
  ['hous-l', 'Actuator housing L', R, MAKE, AL7075, 148, 780],
  ['hous-m', 'Actuator housing M', R, MAKE, AL7075, 112, 470],
  ['hous-s', 'Actuator housing S', R, MAKE, AL7075, 83, 240],
  ['act-xl', 'Joint actuator XL, 320 Nm', D, MAKE, null, null, 6900],
  ['brake-xl', 'Holding brake 30 Nm', D, BUY, null, 152, 690],
];

const ARM: readonly PartRow[] = [
  ['arm', 'Kestrel arm, 900 mm reach', R, MAKE, null, null, 24800],
  ['base', 'Base module', R, MAKE, null, null, 6900],
  ['shoulder', 'Shoulder module', R, MAKE, null, null, 5600],
  ['elbow', 'Elbow module', R, MAKE, null, null, 4300],
  ['wrist1', 'Wrist pitch module', R, MAKE, null, null, 2100],
  ['wrist2', 'Wrist yaw module', R, MAKE, null, null, 2050],
  ['flange', 'Tool flange module', R, MAKE, null, null, 1700],
  ['basecast', 'Base casting', R, MAKE, 'Aluminium EN AC-43000', 86, 2300],
  ['baseplate', 'Mounting plate', R, MAKE, AL6061, 44, 1450],
  ['shoulderhous', 'Shoulder housing', R, MAKE, AL7075, 122, 1180],
  ['upperarm', 'Upper arm tube', R, MAKE, 'Carbon fibre composite', 164, 620],
  ['elbowhous', 'Elbow housing', R, MAKE, AL7075, 108, 940],
  ['forearm', 'Forearm tube', R, MAKE, 'Carbon fibre composite', 138, 480],
  ['wristhous', 'Wrist housing', R, MAKE, AL7075, 79, 510],
  ['flangeplate', 'Tool flange ISO 9409-1-50', R, MAKE, AL7075, 52, 230],
  ['cover-l', 'Joint cover, large', R, MAKE, 'PC/ABS', 9.2, 84],
  ['cover-s', 'Joint cover, small', R, MAKE, 'PC/ABS', 6.1, 41],
  ['harness', 'Arm wiring harness', R, MAKE, null, 96, 740],
  ['ledring', 'Status light ring', R, BUY, null, 18.5, 22],
  ['eol-sensor', 'Wrist force-torque sensor', 'In Review', BUY, null, 890, 310],
  ['teachknob', 'Hand-guiding knob', 'Approved', MAKE, 'PA12 GF30', 12.4, 36],
  ['gripper', 'Two-finger gripper', D, MAKE, null, null, 780],
  ['finger', 'Gripper finger, soft', D, MAKE, 'TPU 85A', 7.8, 42],
  ['gripscrew', 'Gripper lead screw', D, MAKE, 'Stainless steel 1.4305', 31, 58],
];

const CONTROLLER: readonly PartRow[] = [
  ['ctl', 'Kestrel controller', D, MAKE, null, null, 9400],
  ['ctlbox', 'Controller enclosure', 'In Review', MAKE, 'Steel DC01', 74, 4100],
  ['psu', 'Power supply 48 V, 1 kW', D, BUY, null, 212, 1480],
  ['cpu', 'Motion computer', D, BUY, null, 540, 620],
  ['safety', 'Safety controller board', D, MAKE, null, 188, 210],
  ['io', 'Digital I/O board', 'In Review', MAKE, null, 64, 130],
  ['fan', 'Fan 80 mm, 48 V', D, BUY, null, 21, 95],
  ['estop', 'Emergency stop button', D, BUY, null, 28, 160],
  ['pendant', 'Teach pendant', D, MAKE, null, null, 1150],
  ['panel', 'Pendant display panel, 10 inch', D, BUY, null, 165, 340],
  ['pendanthous', 'Pendant housing', D, MAKE, 'PC/ABS', 22, 310],
  ['enable', 'Three-position enabling switch', D, BUY, null, 46, 38],
  ['motion-sw', 'Motion planner software', D, 'Software', null, null, null],
  ['safety-fw', 'Safety supervisor firmware', 'In Review', 'Software', null, null, null],
];

const DRIVE_BASE: readonly PartRow[] = [
  ['cart', 'Packhorse cart, 400 kg', D, MAKE, null, null, 148000],
  ['drivemod', 'Drive wheel module', D, MAKE, null, null, 9800],
  ['wheel', 'Drive wheel 200 mm', D, MAKE, 'Polyurethane on aluminium', 64, 2100],
  ['hub', 'Wheel hub', 'In Review', MAKE, STEEL, 48, 880],
  ['castermod', 'Swivel caster module', D, MAKE, null, null, 3600],
  ['caster', 'Caster 150 mm', D, BUY, null, 38, 1900],
  ['chassis', 'Chassis weldment', D, MAKE, 'Steel S355', 410, 52000],
  ['deck', 'Load deck', D, MAKE, AL6061, 190, 14200],
  ['battery', 'Battery pack 48 V, 40 Ah', D, BUY, null, 1240, 18400],
  ['bms', 'Battery management board', D, BUY, null, 118, 210],
  ['charger', 'Charging contact plate', 'Approved', MAKE, 'Copper on PA6', 57, 420],
  ['lidar', 'Safety laser scanner', D, BUY, null, 1980, 1350],
  ['bumper', 'Contact bumper', D, MAKE, 'EPDM', 72, 1600],
  ['navpc', 'Navigation computer', D, BUY, null, 690, 840],
  ['nav-sw', 'Navigation software', D, 'Software', null, null, null],
  ['lift', 'Deck lift unit', D, MAKE, null, null, 11200],
  ['liftscrew', 'Lift ball screw', D, BUY, STEEL, 146, 1900],
];

const LINE_BUILD: readonly PartRow[] = [
  ['kit-drive', 'Drive module kit', D, 'Phantom', null, null, null],
  ['kit-wiring', 'Cart wiring kit', D, 'Phantom', null, null, null],
  ['jig-chassis', 'Chassis drilling jig', D, MAKE, STEEL, 620, 23000],
  ['jig-wheel', 'Wheel press fixture', D, MAKE, STEEL, 280, 8400],
  ['cart-harness', 'Cart wiring harness', D, MAKE, null, 118, 3100],
  ['lift-table', 'Assembly lift table', 'Approved', BUY, null, 940, 61000],
];

/** Design code → its parts. */
export const DEMO_PARTS: Readonly<Record<string, readonly PartRow[]>> = {
  'COM-LIB': LIBRARY,
  'COM-ACT': ACTUATORS,
  'KES-ARM': ARM,
  'KES-CTL': CONTROLLER,
  'PKH-DRV': DRIVE_BASE,
  'PKH-MFG': LINE_BUILD,
};

const actuator = (size: 'l' | 'm' | 's', brake: string, bearing: string, screw: string) =>
  `gear-${size} motor-${size} ${brake} encoder:2 torque drive drive-fw hous-${size} ${bearing} seal40 ${screw}:16 m3x8:8 grease`;

/** Assembly → its components, each `key` or `key:quantity`, in the order of the find numbers. */
export const DEMO_BOMS: Readonly<Record<string, string>> = {
  'wavegen-l': 'plug-l brgthin80',
  'wavegen-m': 'plug-m brgthin60',
  'wavegen-s': 'plug-s brg6808',
  'gear-l': 'wavegen-l flex-l circ-l brgcross90 m4x10:12 dowel4:2',
  'gear-m': 'wavegen-m flex-m circ-m brgthin80 m3x12:12 dowel4:2',
  'gear-s': 'wavegen-s flex-s circ-s brgthin60 m3x8:10 dowel4:2',
  'act-l': actuator('l', 'brake-l', 'brg6808:2', 'm5x20'),
  'act-m': actuator('m', 'brake-l', 'brg6804:2', 'm4x16'),
  'act-s': actuator('s', 'brake-s', 'brg6804:2', 'm4x10'),
  'act-xl': 'motor-l brake-xl encoder:2 torque drive drive-fw brgcross90 m6x25:16',
  arm: 'base shoulder elbow wrist1 wrist2 flange harness label',
  base: 'basecast baseplate act-l cover-l m8x30:8 washer6:8 oring92 conn8 conn4',
  shoulder: 'shoulderhous act-l upperarm cover-l:2 m6x25:12 washer6:12 oring92',
  elbow: 'elbowhous act-m forearm cover-l:2 m5x20:12 oring92',
  wrist1: 'wristhous act-s cover-s:2 m4x16:8 washer4:8 oring68',
  wrist2: 'wristhous act-s cover-s:2 m4x16:8 washer4:8 oring68',
  flange: 'flangeplate act-s ledring m4x10:7 dowel4:2 oring68',
  harness: 'cablepwr:3 cableeth:3 conn8:2 conn4',
  gripper: 'finger:2 gripscrew brg6804:2 m3x12:8 m3x8:4',
  ctl: 'ctlbox psu cpu safety io:2 fan:2 estop pendant motion-sw safety-fw m4x10:24 gland20:6',
  pendant: 'panel pendanthous enable estop cableeth:5 m3x8:10',
  cart: 'chassis drivemod:2 castermod:4 deck lift battery charger lidar:2 bumper:2 navpc nav-sw cart-harness label',
  drivemod: 'wheel hub act-m brg6808:2 m6x25:8 washer6:8',
  castermod: 'caster m8x30:4 washer6:4',
  battery: 'bms cablepwr:2',
  lift: 'liftscrew act-l m8x30:6',
  'kit-drive': 'drivemod:2 m8x30:16',
  'kit-wiring': 'cart-harness gland20:8',
  'cart-harness': 'cablepwr:6 cableeth:9 conn8:4 gland20:8',
};
