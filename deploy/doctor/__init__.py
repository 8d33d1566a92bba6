"""What ``mizumori doctor`` looks at. Each check is a sentence that says what to do; nothing is changed or upgraded."""
