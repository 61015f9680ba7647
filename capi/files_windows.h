/* Where files lie, for Windows. Each writes a path with its NUL and tells whether it could. */
#ifndef FILES_WINDOWS_H
#define FILES_WINDOWS_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* files_beside: absolute, in the folder of this DLL. */
BOOL files_beside(const WCHAR *name, WCHAR *path, DWORD size);

/* files_append adds a word to a text of n characters and returns how many there are then; size
 * when there is no room. */
DWORD files_append(WCHAR *text, DWORD n, DWORD size, const WCHAR *word);

#endif
