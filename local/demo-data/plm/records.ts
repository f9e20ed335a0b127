// The other records of Cascade Robotics: programs and their members, designs, documents, requirements, tasks.
type Member = readonly [email: string, role: 'admin' | 'lead' | 'engineer' | 'viewer', rights: string];

export const DEMO_PROGRAMS = [
  {
    code: 'KESTREL',
    name: 'Kestrel Six-Axis Arm',
    customer: 'Orchard Assembly',
    status: 'Active',
    description: 'A collaborative arm for 7 kg at 900 mm reach, for bench assembly beside people.',
    members: [
      ['ada@cascade.test', 'admin', 'create approve'],
      ['eli@cascade.test', 'lead', 'create approve'],
      ['vic@cascade.test', 'viewer', ''],
    ],
  },
  {
    code: 'PACKHORSE',
    name: 'Packhorse Warehouse Cart',
    customer: 'Nordhaven Logistics',
    status: 'Active',
    description: 'A driverless cart for 400 kg that follows pickers through mixed traffic.',
    members: [
      ['ada@cascade.test', 'admin', 'create approve'],
      ['eli@cascade.test', 'engineer', 'create'],
      ['both@cascade.test', 'engineer', 'create'],
    ],
  },
  {
    code: 'COMMON',
    name: 'Common Components',
    customer: null,
    status: 'Active',
    description: 'Bought parts and actuators that every product takes from one place.',
    members: [
      ['ada@cascade.test', 'admin', 'create approve'],
      ['eli@cascade.test', 'engineer', 'create'],
    ],
  },
] as const satisfies readonly { code: string; members: readonly Member[]; [field: string]: unknown }[];

/** code, program, name, type, description */
export const DEMO_DESIGNS = [
  ['KES-ARM', 'KESTREL', 'Kestrel Arm Mechanics', 'Engineering', 'Structure, joints and wiring of the arm.'],
  ['KES-CTL', 'KESTREL', 'Kestrel Controller', 'Engineering', 'Cabinet, safety chain and teach pendant.'],
  ['PKH-DRV', 'PACKHORSE', 'Packhorse Drive Base', 'Engineering', 'Chassis, drive, lift and navigation.'],
  ['PKH-MFG', 'PACKHORSE', 'Packhorse Line Build', 'Manufacturing', 'Kits, jigs and fixtures of the assembly line.'],
  ['COM-LIB', 'COMMON', 'Fasteners and Bearings', 'Library', 'Bought parts with approved sources.'],
  ['COM-ACT', 'COMMON', 'Joint Actuator Family', 'Family', 'One actuator in three sizes.'],
] as const;

/** Design workspaces: program, design, who opened it, brief, hours. The design has no released parts, so changes can be tried. */
export const DEMO_WORKSPACES = [
  [
    'KESTREL',
    'KES-CTL',
    'eli@cascade.test',
    'Quieter controller cabinet\n\nThe fans are too loud beside people: 52 dB(A) at one meter. Find a way below 45 dB(A) that keeps the power supply under 70 °C.',
    4_400,
  ],
] as const;

/** design, name, type, state, keys of the parts that it is linked to */
export const DEMO_DOCUMENTS = [
  ['KES-ARM', 'Kestrel arm general arrangement', 'Drawing', 'Released', 'arm'],
  ['KES-ARM', 'Base module assembly drawing', 'Drawing', 'Released', 'base basecast'],
  ['KES-ARM', 'Shoulder module assembly drawing', 'Drawing', 'Released', 'shoulder shoulderhous'],
  ['KES-ARM', 'Elbow housing machining drawing', 'Drawing', 'Released', 'elbowhous'],
  ['KES-ARM', 'Tube bonding procedure', 'Procedure', 'Released', 'upperarm forearm'],
  ['KES-ARM', 'Arm stiffness test report', 'Report', 'Released', 'arm'],
  ['KES-ARM', 'Gripper interface specification', 'Specification', 'Draft', 'gripper flangeplate'],
  ['KES-CTL', 'Controller wiring diagram', 'Drawing', 'In Review', 'ctl'],
  ['KES-CTL', 'Safety chain concept', 'Specification', 'Draft', 'safety estop'],
  ['KES-CTL', 'Pendant user manual', 'Manual', 'Draft', 'pendant'],
  ['PKH-DRV', 'Cart general arrangement', 'Drawing', 'Draft', 'cart'],
  ['PKH-DRV', 'Chassis weld drawing', 'Drawing', 'In Review', 'chassis'],
  ['PKH-DRV', 'Battery transport assessment', 'Report', 'Draft', 'battery'],
  ['PKH-MFG', 'Drive module work instruction', 'Procedure', 'Draft', 'kit-drive'],
  ['COM-LIB', 'Fastener torque table', 'Specification', 'Released', 'm4x10 m5x20 m6x25 m8x30'],
  ['COM-LIB', 'Approved bearing sources', 'Specification', 'Released', 'brg6804 brg6808'],
  ['COM-ACT', 'Actuator family data sheet', 'Specification', 'Released', 'act-l act-m act-s'],
  ['COM-ACT', 'Strain wave gear assembly procedure', 'Procedure', 'Released', 'gear-l gear-m gear-s'],
  ['COM-ACT', 'Servo drive firmware release notes', 'Report', 'Released', 'drive-fw'],
] as const;

/** design, name, type, state */
export const DEMO_REQUIREMENTS = [
  ['KES-ARM', 'Payload of 7 kg at full reach', 'Performance', 'Verified'],
  ['KES-ARM', 'Repeatability of 0.05 mm', 'Performance', 'Implemented'],
  ['KES-ARM', 'Reach of at least 900 mm', 'Performance', 'Verified'],
  ['KES-ARM', 'Mass of the arm below 26 kg', 'Constraint', 'Approved'],
  ['KES-ARM', 'Tool flange after ISO 9409-1-50-4-M6', 'Interface', 'Approved'],
  ['KES-ARM', 'Contact force limited to 140 N', 'Functional', 'In Review'],
  ['KES-ARM', 'Noise below 60 dB(A) at 1 m', 'Constraint', 'Proposed'],
  ['KES-CTL', 'Emergency stop reaches standstill in 0.4 s', 'Performance', 'In Review'],
  ['KES-CTL', 'Cabinet protection class IP54', 'Constraint', 'Proposed'],
  ['KES-CTL', 'Sixteen safe inputs and eight safe outputs', 'Interface', 'Draft'],
  ['KES-CTL', 'Wireless pendant', 'Functional', 'Rejected'],
  ['PKH-DRV', 'Payload of 400 kg on ramps of 5 %', 'Performance', 'Approved'],
  ['PKH-DRV', 'Ten hours of driving on one charge', 'Performance', 'Proposed'],
  ['PKH-DRV', 'Stops before a person at 1.6 m/s', 'Functional', 'In Review'],
  ['PKH-DRV', 'Fits an aisle of 1.2 m', 'Constraint', 'Draft'],
  ['COM-ACT', 'Backlash below one arc minute', 'Performance', 'Verified'],
  ['COM-ACT', 'Holding brake closes on loss of power', 'Functional', 'Verified'],
] as const;

/** program, design or null, name, state, priority, assignee, due date or null */
export const DEMO_TASKS = [
  ['KESTREL', 'KES-ARM', 'Measure elbow housing after heat treatment', 'In Progress', 'high', 'eli', '2026-12-04'],
  ['KESTREL', 'KES-ARM', 'Quote carbon fibre tubes from a second source', 'To Do', 'medium', 'eli', '2026-12-18'],
  ['KESTREL', 'KES-ARM', 'Repeat the stiffness test with the new flange', 'Backlog', 'medium', null, null],
  ['KESTREL', 'KES-ARM', 'Choose the gripper finger material', 'In Review', 'low', 'eli', '2026-11-30'],
  ['KESTREL', 'KES-CTL', 'Write the safety chain concept', 'In Progress', 'critical', 'eli', '2026-12-01'],
  ['KESTREL', 'KES-CTL', 'Thermal test of the cabinet at 45 °C', 'To Do', 'high', 'ada', '2027-01-15'],
  ['KESTREL', 'KES-CTL', 'Select the enabling switch', 'Done', 'medium', 'eli', '2026-10-09'],
  ['KESTREL', null, 'Book the notified body for the type examination', 'Backlog', 'high', 'ada', '2027-02-26'],
  ['PACKHORSE', 'PKH-DRV', 'Drop test of the battery pack', 'To Do', 'high', 'both', '2026-12-11'],
  ['PACKHORSE', 'PKH-DRV', 'Tune the wheel speed controller', 'In Progress', 'medium', 'both', '2026-12-08'],
  ['PACKHORSE', 'PKH-DRV', 'Compare two safety laser scanners', 'Done', 'medium', 'both', '2026-10-30'],
  ['PACKHORSE', 'PKH-MFG', 'Lay out the drive module station', 'Backlog', 'low', null, null],
  ['PACKHORSE', 'PKH-MFG', 'Order the chassis drilling jig', 'Cancelled', 'low', 'ada', null],
  ['COMMON', 'COM-ACT', 'Second source for frameless motors', 'To Do', 'critical', 'eli', '2026-12-22'],
  ['COMMON', 'COM-LIB', 'Check the stock of thin section bearings', 'Backlog', 'medium', 'ada', null],
] as const;
