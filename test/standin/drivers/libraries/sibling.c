#include "standin.h"

EXPORT int CALL sibling(void) { return -2; }
