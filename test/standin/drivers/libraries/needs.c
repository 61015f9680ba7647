/* A library that depends on another one, which lies beside it or is missing. */
#include "standin.h"

EXPORT int CALL sibling(void);
EXPORT int CALL needs(int type, char *out);

int CALL needs(int type, char *out) { return (void)type, *out = 0, sibling(); }
