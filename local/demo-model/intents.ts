// Which words ask for which tool. Rows are tried in order; a row only counts when a tool fits its name.

export type Intent = {
  readonly id: string;
  /** Fits the names of the tools that do this. */
  readonly tool: RegExp;
  /** Fits the words, in lower case, quotes and item numbers taken out (`#` stands where one was). */
  readonly words: RegExp;
  /** Words that speak against it. */
  readonly not?: RegExp;
  /** Only when the sentence begins with one of these: writes are never guessed from a question. */
  readonly lead?: RegExp;
  /** How many items the sentence must name. */
  readonly minItems?: number;
  /** It is about one item at least, so that one has to be found when none is named. */
  readonly about: 'item' | 'item-or-name' | 'nothing';
  /** Reads that may be asked for together, as in "the BOM and where it is used". */
  readonly joins?: true;
};

const MAKE = /^(?:create|add|make|new|register|insert|set|start|open|raise|prepare|initiate|launch|begin)$/;
const ITEM_NOUN = /\b(?:parts?|documents?|requirements?|tasks?|items?|specs?|to-?dos?)\b/;

export const INTENTS: readonly Intent[] = [
  {
    id: 'collaborate',
    tool: /collaborat|workspace/,
    words: /\b(?:collaborat\w*|workspace|design session|brainstorm|co-?design|design together)\b/,
    about: 'nothing',
  },
  {
    id: 'relate',
    tool: /^(?:create|add)_(?:relationship|link|relation)/,
    words: /./,
    lead: /^(?:add|link|attach|connect|relate|put|insert|use|include|assign|create|make|reference)$/,
    minItems: 2,
    not: /\b(?:eco|ecn|mco|deviation|change order) (?:for|to|that|covering|with)\b|\b(?:new|create an?|raise an?|open an?) (?:new )?(?:eco|ecn|mco|deviation|change order)\b/,
    about: 'item',
  },
  {
    id: 'change-order',
    tool: /^create_change_order|^create_eco/,
    words: /\b(?:eco|ecn|mco|deviation|change orders?|change request|engineering change)\b/,
    lead: MAKE,
    not: /\b(?:part|document|requirement|task) (?:called|named|titled)\b/,
    about: 'nothing',
  },
  {
    id: 'create-item',
    tool: /^create_(?:item|part|task)/,
    words: new RegExp(`${ITEM_NOUN.source}|\\b(?:called|named)\\b`),
    lead: /^(?:create|add|make|new|register|insert)$/,
    about: 'nothing',
  },
  {
    id: 'transition',
    tool: /^(?:transition|move|change)_\w*(?:state|status)|^transition/,
    words:
      /^(?:release|approve|reject|submit|obsolete|promote|transition|cancel|complete|finish|close|reopen|verify|implement|propose|start)\b|\b(?:move|transition|send|put|set|mark|change|promote|bring|advance)\b.*\b(?:to|as|into|in|for|state)\b.*\b(?:draft|review|approved?|released?|obsolete|superseded|proposed|implemented|verified|rejected|backlog|to do|progress|done|cancell?ed|released)\b/,
    lead: /^(?:release|approve|reject|submit|obsolete|promote|transition|cancel|complete|finish|close|reopen|verify|implement|propose|start|move|send|put|set|mark|change|bring|advance)$/,
    about: 'item-or-name',
  },
  {
    id: 'update',
    tool: /^update_/,
    words: /./,
    lead: /^(?:update|change|set|rename|edit|modify|correct|assign|increase|reduce|lower)$/,
    about: 'item-or-name',
  },
  {
    id: 'navigate',
    tool: /navigat/,
    words: /./,
    lead: /^(?:open|go|navigate|take|bring|jump|visit|goto)$/,
    about: 'item-or-name',
  },
  {
    id: 'impact',
    tool: /impact/,
    words:
      /\b(?:impact\w*|affect(?:s|ed|ing)?|risk\w*|what (?:happens|breaks|would happen|would break)|knock-on|consequences?)\b/,
    about: 'item-or-name',
    joins: true,
  },
  {
    id: 'where-used',
    tool: /where_?used/,
    words:
      /\bwhere[- ]?used\b|\bused (?:in|by|on|anywhere|elsewhere)\b|\bwhere\b.*\bused?\b|\b(?:parent|upper|higher)\w* (?:assembl|level)|\b(?:which|what) (?:assembl\w+|parts?|products?|items?) (?:use|contain|need|include)s?\b|\bwhat uses\b|\bparents?\b/,
    about: 'item-or-name',
    joins: true,
  },
  {
    id: 'bom',
    tool: /bom/,
    words:
      /\bboms?\b|\bbills? of materials?\b|\b(?:components?|children|sub-?assembl\w+|structure|breakdown|explode)\b|\bconsists? of\b|\bmade up of\b|\bwhat(?:'s| is) (?:in|inside)\b|\b(?:contains?|parts list)\b|\bparts (?:in|of|for|under|inside) (?:#|it|this|that)/,
    about: 'item-or-name',
    joins: true,
  },
  {
    id: 'search-programs',
    tool: /^search_programs/,
    words: /\bprograms?\b/,
    not: /\b(?:parts?|documents?|requirements?|tasks?|items?|designs?|ecos?|change orders?) (?:in|of|for|from|under)\b.*\bprogram/,
    about: 'nothing',
    joins: true,
  },
  {
    id: 'search-designs',
    tool: /^search_designs/,
    words:
      /\b(?:designs|which design|what designs?|any design|find (?:the |a )?design|(?:search|look) (?:for )?(?:the |a )?designs?|list (?:the |all )?designs?)\b/,
    not: /\b(?:parts?|documents?|requirements?|tasks?|items?|ecos?|change orders?) (?:in|of|for|from|under)\b.*\bdesign/,
    about: 'nothing',
    joins: true,
  },
  {
    id: 'details',
    tool: /^get_item|details?$/,
    words:
      /\b(?:details?|about|info\w*|describe|weigh\w*|heavy|mass|materials?|made of|cost\w*|price\w*|expensive|cheap|state|status|revision|rev|assign\w*|owner|responsible|due|priority|description|supplier|type|explain|history|released|approved)\b|^(?:the )?(?:first|second|third|fourth|fifth|last) (?:one|item|part|result)?[\s?.!]*$|^(?:#|it|this|that)[\s?.!]*$|^(?:show|get|open|what(?:'s| is)|who is|who's|give|read|compare|and|check|display|pull up)\b[^.]*(?:#|\bit\b|\bthis\b|\bthat\b)/,
    not: /\b(?:list|find|search|all|which|any|how many)\b|\b(?:parts|documents|requirements|tasks|change orders|ecos|items)\b/,
    about: 'item-or-name',
  },
  {
    id: 'search-items',
    tool: /^search_items/,
    words:
      /\b(?:find|search|look(?:ing)? for|list|which|any|how many|all|are there|do we have|show|what|give|where|see|get|display|the|my|our|open|draft|released|overdue|latest)\b.*\b(?:parts?|documents?|requirements?|tasks?|items?|ecos?|change orders?|drawings?|specs?)\b|^(?:find|search|look)\b/,
    not: /\bprojects?\b/,
    about: 'nothing',
  },
];
