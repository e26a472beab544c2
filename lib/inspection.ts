// What is found out about a copy before any of its code runs in this process.

import { AbiTag } from './abi-tag';
import { abortable } from './abortable';
import { native } from './native';
import type { Patience } from './patience';
import { probe, probeSync } from './probe';
import { isPromise, type Steps } from './reload';
import type { Signature } from './signature';
import { wantedSymbols } from './symbols';
import { askUser, type Subject } from './validation';
import {
  checkAllowed,
  describeFile,
  type InspectionSettings,
  type VerificationSettings,
} from './verification';
import type { VersionSettings } from './version-options';

export interface InspectionOptions {
  readonly originalPath: string;
  readonly settings: InspectionSettings & Pick<VersionSettings, 'abiTag'>;
  /** Aborted when the library is closed. */
  readonly ended: AbortSignal;
  /** How long a probe may take. Default: 10,000. */
  readonly probeTimeoutMs?: number | undefined;
}

const PROBE_TIMEOUT_MS = 10_000;

/** Whether copies are to be left as they are until the user has seen their bytes. */
export function isVerified({ verify, allow }: VerificationSettings): boolean {
  return verify !== undefined || allow !== undefined;
}

/** Verifies the copies of one library, and probes them. */
export class Inspection {
  readonly #options: InspectionOptions;
  readonly #abiTag: AbiTag | undefined;
  #passed: string | undefined;

  constructor(options: InspectionOptions) {
    this.#options = options;
    const { abiTag } = options.settings;
    if (abiTag !== undefined) this.#abiTag = new AbiTag(abiTag);
  }

  /**
   * @throws ERR_VALIDATION, the errors of `probe()`, ERR_SHADOW_COPY, ERR_SYMBOL_NOT_FOUND of the ABI
   *   tag, or the reason for which the library was closed meanwhile
   */
  *inspect(
    copy: string,
    subject: Subject,
    signatures: ReadonlyMap<string, Signature>,
    patience: Patience,
  ): Steps {
    if (this.#passed === copy) return; // It had to wait for others of its group.
    const { settings, originalPath, ended } = this.#options;
    if (isVerified(settings)) yield* this.#verify(copy, subject, patience);
    this.#abiTag?.check(copy, originalPath);
    if (settings.probe) yield* this.#probe(copy, signatures, patience);
    ended.throwIfAborted();
    this.#passed = copy;
  }

  *#verify(copy: string, subject: Subject, patience: Patience): Steps {
    const { settings, originalPath, ended } = this.#options;
    const { verify, allow, keepUnique } = settings;
    const file = describeFile(copy, originalPath);
    checkAllowed(file, allow, subject);
    if (verify !== undefined) {
      const answer = askUser('verify()', subject, () => verify(file));
      if (isPromise(answer)) yield abortable(patience.wait(answer, 'verify()'), ended);
    }
    ended.throwIfAborted();
    // Not before: what was verified are the bytes of the original.
    native.files.patch(copy, originalPath, keepUnique);
  }

  *#probe(copy: string, signatures: ReadonlyMap<string, Signature>, patience: Patience): Steps {
    const { settings, originalPath, ended, probeTimeoutMs = PROBE_TIMEOUT_MS } = this.#options;
    const { flags } = settings;
    const request = {
      path: copy,
      originalPath,
      flags,
      symbols: wantedSymbols(signatures.values()),
    };
    if (patience.canWait) yield probe(request, probeTimeoutMs, ended);
    else probeSync(request, probeTimeoutMs);
  }
}
