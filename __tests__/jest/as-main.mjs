// As main.ts has it: cdktf otherwise writes a whole stack trace at each token, which takes half the time of a synth.
process.env.CDKTN_DISABLE_CREATION_STACK ??= "1";
