#include "files_windows.h"
#include "platform.h"
#include <string.h>

void platform_sleep(int milliseconds)
{
    Sleep((DWORD)milliseconds);
}

/* A mutex for each session: one user's agents of two sessions settle it between themselves. */
int platform_try_lock(intptr_t *lock)
{
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"Local\\mps-agent-start");

    *lock = 0;
    if (mutex == NULL)
        return 1;
    if (WaitForSingleObject(mutex, 0) == WAIT_TIMEOUT) {
        CloseHandle(mutex);
        return 0;
    }
    *lock = (intptr_t)mutex; /* had, perhaps from a program that died with it */
    return 1;
}

void platform_unlock(intptr_t lock)
{
    if (lock == 0)
        return;
    ReleaseMutex((HANDLE)lock);
    CloseHandle((HANDLE)lock);
}

/* start starts program with the command line in a folder. */
static enum spawn_result start(const WCHAR *program, WCHAR *command, const WCHAR *folder, int *code)
{
    /* An invisible console rather than none: a program that the agent starts would open one. */
    const DWORD flags = CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP | CREATE_DEFAULT_ERROR_MODE;
    STARTUPINFOW how;
    PROCESS_INFORMATION process;

    memset(&how, 0, sizeof how);
    how.cb = sizeof how;
    /* No standard handles: the agent sees that nobody reads them and logs to a file, and does not
     * keep the host program's pipes open. */
    how.dwFlags = STARTF_USESHOWWINDOW | STARTF_FORCEOFFFEEDBACK | STARTF_USESTDHANDLES;
    how.wShowWindow = SW_HIDE;
    if (!CreateProcessW(program, command, NULL, NULL, FALSE, flags, NULL, folder, &how, &process)) {
        DWORD error = GetLastError();
        *code = (int)error;
        return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ? SPAWN_ABSENT
                                                                              : SPAWN_FAILED;
    }
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return SPAWN_OK;
}

enum spawn_result platform_spawn_agent(int *code)
{
    enum { COMMAND_SIZE = MAX_PATH + 16 };
    WCHAR program[MAX_PATH];
    WCHAR folder[MAX_PATH];
    WCHAR command[COMMAND_SIZE];

    *code = 0;
    if (!files_beside(L"mps.exe", program, MAX_PATH) || !files_beside(L"", folder, MAX_PATH))
        return SPAWN_ABSENT;
    DWORD n = files_append(command, 0, COMMAND_SIZE, L"\"");
    n = files_append(command, n, COMMAND_SIZE, program);
    files_append(command, n, COMMAND_SIZE, L"\" agent");
    return start(program, command, folder, code);
}
