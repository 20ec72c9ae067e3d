import * as fc from 'fast-check';

// That a property fails is enough to judge a mutant; the smallest counterexample would only cost time.
fc.configureGlobal({ ...fc.readConfigureGlobal(), endOnFailure: true });
