#include "files_windows.h"
#include "platform.h"
#include <string.h>

DWORD files_append(WCHAR *text, DWORD n, DWORD size, const WCHAR *word)
{
    for (; n + 1 < size && *word != L'\0'; word++)
        text[n++] = *word;
    if (*word != L'\0')
        return size;
    text[n] = L'\0';
    return n;
}

BOOL files_beside(const WCHAR *name, WCHAR *path, DWORD size)
{
    static const char here;
    HMODULE self;
    DWORD n;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            (LPCWSTR)(const void *)&here, &self))
        return FALSE;
    n = GetModuleFileNameW(self, path, size);
    if (n == 0 || n >= size)
        return FALSE;
    while (n > 0 && path[n - 1] != L'\\')
        n--;
    return files_append(path, n, size, name) < size;
}

/* user_file is the path of a file in the folder that platform_read_user describes. */
static BOOL user_file(const WCHAR *name, WCHAR *path, DWORD size)
{
    DWORD n = GetEnvironmentVariableW(L"LOCALAPPDATA", path, size);

    if (n == 0)
        n = GetEnvironmentVariableW(L"APPDATA", path, size);
    if (n == 0 || n >= size)
        return FALSE;
    n = files_append(path, n, size, L"\\mps\\");
    return n < size && files_append(path, n, size, name) < size;
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
    WCHAR path[MAX_PATH];

    widen(name, wide, NAME_SIZE);
    if (!files_beside(wide, path, MAX_PATH))
        return FILE_UNREADABLE;
    return read_file(path, data, size);
}

/* Whose the file is needs no look: only its user can write in that folder. */
int platform_read_user(const char *name, char *data, int size)
{
    WCHAR wide[NAME_SIZE];
    WCHAR path[MAX_PATH];

    widen(name, wide, NAME_SIZE);
    if (!user_file(wide, path, MAX_PATH))
        return FILE_ABSENT;
    return read_file(path, data, size);
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
