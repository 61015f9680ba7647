#include "files_windows.h"
#include "platform.h"
#include <string.h>

void platform_sleep(int milliseconds)
{
    Sleep((DWORD)milliseconds);
}

/* The lock is a file that only one can have open: it is free again when the last handle to it is
 * closed, whatever became of those who had them. One for all sessions of a user. */
int platform_try_lock(intptr_t *lock)
{
    WCHAR path[PATH_SIZE];

    *lock = 0;
    if (files_user(L"", path) == 0)
        CreateDirectoryW(path, NULL);
    if (files_user(L"agent.lock", path) != 0)
        return 1;
    HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_ALWAYS,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return GetLastError() != ERROR_SHARING_VIOLATION;
    *lock = (intptr_t)file;
    return 1;
}

void platform_unlock(intptr_t lock)
{
    if (lock != 0)
        CloseHandle((HANDLE)lock);
}

/* create starts a program, as CreateProcessW has it. */
static BOOL create(const WCHAR *program, const WCHAR *folder, DWORD flags,
                   PROCESS_INFORMATION *process)
{
    WCHAR command[] = L"mps.exe agent --started-by-library"; /* the system may write to it */
    STARTUPINFOW how;

    memset(&how, 0, sizeof how);
    how.cb = sizeof how;
    /* No standard handles: the agent is not to keep the host program's pipes open. */
    how.dwFlags = STARTF_USESHOWWINDOW | STARTF_FORCEOFFFEEDBACK | STARTF_USESTDHANDLES;
    how.wShowWindow = SW_HIDE;
    return CreateProcessW(program, command, NULL, NULL, FALSE, flags, NULL, folder, &how, process);
}

/*
 * start starts a program in a folder, outside the job in which this program may be, because some
 * jobs end all that is in them when the host does. Some let nothing out: then within it.
 */
static BOOL start(const WCHAR *program, const WCHAR *folder, PROCESS_INFORMATION *process)
{
    /* An invisible console rather than none: a program that the agent starts would open one. */
    const DWORD flags = CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP | CREATE_DEFAULT_ERROR_MODE;

    if (create(program, folder, flags | CREATE_BREAKAWAY_FROM_JOB, process))
        return TRUE;
    return GetLastError() == ERROR_ACCESS_DENIED && create(program, folder, flags, process);
}

/* working_folder settles where a program works, with room in path: in its folder, or in the user's
 * where that has a long path, in which no version of Windows starts a program. */
static const WCHAR *working_folder(const WCHAR *program, WCHAR *path)
{
    size_t n = 0, end = 0;

    for (; program[n] != L'\0'; n++) {
        path[n] = program[n];
        if (program[n] == L'\\')
            end = n + 1;
    }
    path[end] = L'\0';
    if (files_is_long(path))
        files_user(L"", path);
    /* The prefix of long paths before a short one: the DLL was loaded so. */
    return path[0] == L'\\' && path[2] == L'?' && path[4] != L'\0' && path[5] == L':' ? path + 4
                                                                                      : path;
}

/* refusal tells why a program could not be started. */
static enum spawn_result refusal(const WCHAR *program, DWORD error)
{
    DWORD attributes = GetFileAttributesW(program);

    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) {
        if (attributes == INVALID_FILE_ATTRIBUTES)
            return SPAWN_ABSENT;
    } else if (attributes != INVALID_FILE_ATTRIBUTES &&
               (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        return SPAWN_ABSENT;
    }
    /* Windows 7 starts no program with such a path. */
    return files_is_long(program) ? SPAWN_TOO_DEEP : SPAWN_FAILED;
}

enum spawn_result platform_spawn_agent(intptr_t lock, struct process *p, int *code)
{
    WCHAR program[PATH_SIZE];
    WCHAR folder[PATH_SIZE];
    PROCESS_INFORMATION process;
    HANDLE theirs;

    *code = 0;
    int result = files_beside(L"mps.exe", program);
    if (result != 0)
        return result == FILE_TOO_DEEP ? SPAWN_TOO_DEEP : SPAWN_ABSENT;
    files_shorten(program);
    if (!start(program, working_folder(program, folder), &process)) {
        *code = (int)GetLastError();
        return refusal(program, (DWORD)*code);
    }
    CloseHandle(process.hThread);
    if (lock != 0)
        DuplicateHandle(GetCurrentProcess(), (HANDLE)lock, process.hProcess, &theirs, 0, FALSE,
                        DUPLICATE_SAME_ACCESS);
    p->handle = (intptr_t)process.hProcess;
    p->id = process.dwProcessId;
    return SPAWN_OK;
}

enum process_state platform_watch(struct process *p, int milliseconds, struct ending *e)
{
    DWORD code;

    if (WaitForSingleObject((HANDLE)p->handle, (DWORD)milliseconds) != WAIT_OBJECT_0 ||
        !GetExitCodeProcess((HANDLE)p->handle, &code))
        return PROCESS_RUNS;
    *e = (struct ending){code, p->id};
    return PROCESS_ENDED;
}

void platform_release(struct process *p)
{
    CloseHandle((HANDLE)p->handle);
}
