#include "files_windows.h"
#include "platform.h"
#include <string.h>

/* append adds a word to a text of n characters and returns how many there are then, PATH_SIZE when
 * there is no room. */
static DWORD append(WCHAR *text, DWORD n, const WCHAR *word)
{
    for (; n + 1 < PATH_SIZE && *word != L'\0'; word++)
        text[n++] = *word;
    if (n >= PATH_SIZE || *word != L'\0')
        return PATH_SIZE;
    text[n] = L'\0';
    return n;
}

/* Of MAX_PATH, a folder must leave room for a name of the old form, 8.3. */
enum { LENGTH_MAX = MAX_PATH - 13 };

static BOOL is_long(DWORD n)
{
    return n > LENGTH_MAX;
}

BOOL files_is_long(const WCHAR *path)
{
    DWORD n = 0;

    while (path[n] != L'\0')
        n++;
    return is_long(n);
}

/* insert puts a word before the character number at of a path of n. */
static int insert(WCHAR *path, DWORD n, DWORD at, const WCHAR *word, DWORD length)
{
    if (n + length + 1 > PATH_SIZE)
        return FILE_TOO_DEEP;
    memmove(path + at + length, path + at, (n - at + 1) * sizeof *path);
    memcpy(path + at, word, length * sizeof *path);
    return 0;
}

/* lift puts the prefix that lifts the limit before a long path of n characters, which may have it
 * already: the DLL's has it when it was loaded so. */
static int lift(WCHAR *path, DWORD n)
{
    if (!is_long(n))
        return 0;
    if (path[0] != L'\\' || path[1] != L'\\')
        return insert(path, n, 0, L"\\\\?\\", 4);
    if (path[2] == L'?' || path[2] == L'.')
        return 0;
    return insert(path, n, 2, L"?\\UNC\\", 6);
}

void files_shorten(WCHAR *path)
{
    WCHAR old[PATH_SIZE];

    if (!files_is_long(path))
        return;
    DWORD n = GetShortPathNameW(path, old, PATH_SIZE);
    if (n == 0 || n >= PATH_SIZE || is_long(n))
        return;
    memcpy(path, old, (n + 1) * sizeof *path);
}

int files_beside(const WCHAR *name, WCHAR *path)
{
    static const char here;
    HMODULE self;
    DWORD n;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (LPCWSTR)(const void *)&here, &self))
        return FILE_UNREADABLE;
    n = GetModuleFileNameW(self, path, PATH_SIZE);
    if (n == 0)
        return FILE_UNREADABLE;
    if (n >= PATH_SIZE)
        return FILE_TOO_DEEP;
    while (n > 0 && path[n - 1] != L'\\')
        n--;
    n = append(path, n, name);
    return n < PATH_SIZE ? lift(path, n) : FILE_TOO_DEEP;
}

int files_user(const WCHAR *name, WCHAR *path)
{
    DWORD n = GetEnvironmentVariableW(L"LOCALAPPDATA", path, PATH_SIZE);

    if (n == 0)
        n = GetEnvironmentVariableW(L"APPDATA", path, PATH_SIZE);
    if (n == 0)
        return FILE_ABSENT;
    if (n >= PATH_SIZE)
        return FILE_TOO_DEEP;
    n = append(path, n, L"\\mps");
    if (*name != L'\0') {
        n = append(path, n, L"\\");
        n = append(path, n, name);
    }
    return n < PATH_SIZE ? lift(path, n) : FILE_TOO_DEEP;
}

/* widen copies an ASCII name. */
static void widen(const char *name, WCHAR *wide, int size)
{
    int i = 0;

    for (; i + 1 < size && name[i] != '\0'; i++)
        wide[i] = (WCHAR)name[i];
    wide[i] = L'\0';
}

enum { NAME_SIZE = 32 };

static int read_file(const WCHAR *path, char *data, int size)
{
    DWORD n = 0;
    /* FILE_SHARE_DELETE: the agent may replace its address meanwhile. */
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);

    if (file == INVALID_HANDLE_VALUE) {
        DWORD code = GetLastError();
        return code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ? FILE_ABSENT
                                                                            : FILE_UNREADABLE;
    }
    BOOL ok = ReadFile(file, data, (DWORD)size, &n, NULL);
    CloseHandle(file);
    return ok ? (int)n : FILE_UNREADABLE;
}

int platform_read_beside(const char *name, char *data, int size)
{
    WCHAR wide[NAME_SIZE];
    WCHAR path[PATH_SIZE];

    widen(name, wide, NAME_SIZE);
    int result = files_beside(wide, path);
    return result != 0 ? result : read_file(path, data, size);
}

/* Whose the file is needs no look: only its user can write in that folder. */
int platform_read_user(const char *name, char *data, int size)
{
    WCHAR wide[NAME_SIZE];
    WCHAR path[PATH_SIZE];

    widen(name, wide, NAME_SIZE);
    int result = files_user(wide, path);
    return result != 0 ? result : read_file(path, data, size);
}

int platform_environment(const char *name, char *value, int size)
{
    DWORD n;

    SetLastError(ERROR_SUCCESS);
    n = GetEnvironmentVariableA(name, value, (DWORD)size);
    if (n == 0 && GetLastError() == ERROR_ENVVAR_NOT_FOUND)
        return 0;
    if (n == 0 || n >= (DWORD)size)
        strcpy(value, n == 0 ? "" : "-");
    return 1;
}
