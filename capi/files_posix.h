/* Where files lie, for POSIX. Each writes a path and returns 0, or a FILE_ code. */
#ifndef FILES_POSIX_H
#define FILES_POSIX_H

#include <stddef.h>

enum { PATH_SIZE = 4096 }; /* bytes, as the system has it (PATH_MAX) */

/* files_beside: absolute, in the folder of this library. */
int files_beside(const char *name, char *path, size_t size);

/* files_user: in the folder that platform_read_user describes, which may not be there. */
int files_user(const char *name, char *path, size_t size);

#endif
