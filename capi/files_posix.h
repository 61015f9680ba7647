/* Where files lie, for POSIX. Each writes a path and returns 0, or a FILE_ code. */
#ifndef FILES_POSIX_H
#define FILES_POSIX_H

#include <stddef.h>

enum { PATH_SIZE = 1024 }; /* bytes; what lies deeper is not found */

/* files_beside: absolute, in the folder of this library. */
int files_beside(const char *name, char *path, size_t size);

/* files_user: in the folder that platform_read_user describes, which may not be there. */
int files_user(const char *name, char *path, size_t size);

#endif
