'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // Child processes load dist/, as users do.
  globalSetup: '<rootDir>/test/support/build-dist.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/(build|build-.*|dist|prebuilds)/'],
  transform: { '^.+\\.ts$': 'ts-jest' },
  collectCoverageFrom: ['lib/**/*.ts', '!**/*.d.ts'],
  // One process per processor: most tests wait for a compiler or a child process.
  maxWorkers: '100%',
  // Compilers and sanitizers are slow on a busy machine; a test still fails by its own deadline.
  testTimeout: 30_000,
};
