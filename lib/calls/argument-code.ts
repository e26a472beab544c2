// What the code of one argument consists of.

/** Statements of the function. `slow` gives up and lets the interpreter do the whole call. */
export interface ArgumentCode {
  /** Variables that outlive a call. */
  readonly memory: string;
  /** Runs first, for all arguments: whatever may run code of the user. */
  readonly check: string;
  /** Runs then, for all arguments. No code of the user may run here: it could call, too. */
  readonly store: string;
  /** For a text: makes the call. `CALL` stands for the call without it. */
  readonly crossing: string;
  readonly isText: boolean;
}

export const NOTHING: ArgumentCode = {
  ...{ memory: '', check: '', store: '', crossing: '' },
  isText: false,
};

export const GIVE_UP = 'return slow(arguments);';
