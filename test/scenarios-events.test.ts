import { testScenarios } from './support/scenario-tests';

testScenarios('events');
