/* Where files lie, for Windows. Each writes a path with its NUL and returns 0, or a FILE_ code. */
#ifndef FILES_WINDOWS_H
#define FILES_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/*
 * Characters, the NUL and the prefix of long paths included; what lies deeper is refused. The
 * system's limit would be 32767, and a thread's stack may be 64 KB.
 */
enum { PATH_SIZE = 1024 };

/*
 * files_beside: absolute, in the folder of this DLL. A path that is too long for the system as it
 * is gets the prefix that lifts the limit. "" is the folder.
 */
int files_beside(const WCHAR *name, WCHAR *path);

/* files_user: likewise, in the folder that platform_read_user describes, which may not be there. */
int files_user(const WCHAR *name, WCHAR *path);

/* files_shorten gives a long path its old form, 8.3, where the disk has that for each name. */
void files_shorten(WCHAR *path);

/* files_is_long tells whether a path is longer than what every function of the system takes. */
BOOL files_is_long(const WCHAR *path);

#endif
