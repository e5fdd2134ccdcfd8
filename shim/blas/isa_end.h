/* SPDX-License-Identifier: MIT */
/* Takes back what isa.h defined for one type. */
#undef R
#undef I
#undef V
#undef VL
#undef MV
#undef NR
#undef FMA
#undef FMA1
#undef SET1
#undef CANON
#undef FOLDED
#undef PART
#undef PARTLY
#undef UNORDERED
#undef ADD4
#undef ADD1
#undef QUIET
#undef NAME
#ifdef FNMA
#undef FNMA
#endif
#undef PARTS
