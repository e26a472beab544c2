// What users import.

export {
  DynamicReloadError,
  DynamicReloadRangeError,
  DynamicReloadTypeError,
  LibraryNotFoundError,
  ShadowCopyError,
  SymbolNotFoundError,
  SystemCallError,
  type ErrorCode,
} from './errors';
export type {
  BeforeEvent,
  DynamicReloadEvents,
  FailedEvent,
  ReloadEvent,
  UpdateCallback,
  UpdateState,
} from './events';
export type { AddLibraryOptions, DynamicReloadOptions } from './options';
export { DynamicReload } from './reloader';
export { platformFileName, type SearchMode } from './search';
export type {
  FunctionDefinition,
  Library,
  LibraryFunction,
  LibrarySymbols,
  NativeReturnType,
  NativeType,
  SymbolDefinition,
  SymbolDefinitions,
  VariableDefinition,
} from './types';
