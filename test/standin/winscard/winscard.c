/*
 * A winscard.dll with one reader and one card, which says a few records of an invented person. It
 * is built from Microsoft's own declarations, and refuses whatever is not as they say, so that it
 * shows whether a program calls the real one rightly.
 */
#include <string.h>
#include <windows.h>
#include <winscard.h>

/* Handles that use all their bits. */
#define CONTEXT ((SCARDCONTEXT)0xFEDCBA9876543210ULL)
#define CARD    ((SCARDHANDLE)0xF0E1D2C3B4A59687ULL)

static const WCHAR reader[] = L"读卡器 甲 0";
static const WCHAR readers[] = L"读卡器 甲 0\0Windows Hello for Business 1\0";
static const BYTE atr[] = {0x3B, 0x80, 0x80, 0x01, 0x01};

static const struct exchange {
    BYTE command[20];
    DWORD command_length;
    BYTE response[40];
    DWORD response_length;
} exchanges[] = {
    {"\x00\xA4\x04\x00\x0Fsx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF", 20, "\x90\x00", 2},
    {"\x00\xA4\x02\x00\x02\xEF\x05", 7, "\x90\x00", 2},
    {"\x00\xB2\x01\x00\x12", 5,
     "\x01\x10\x35\x00\x00\xD1\x56\0\0\5\x12\x34\x56\x78\xAB\xCD\xEF\1\x90\x00", 20},
    {"\x00\xB2\x07\x00\x0B", 5,
     "\x07\x09"
     "D12345678\x90\x00",
     13},
    {"\x00\xA4\x02\x00\x02\xEF\x06", 7, "\x90\x00", 2},
    {"\x00\xB2\x08\x00\x14", 5,
     "\x08\x12"
     "35058219720630061X\x90\x00",
     22},
    {"\x00\xB2\x09\x00\x20", 5,
     "\x09\x1E\xC1\xD6\xD0\xA1\xC2\xFA\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x90\x00",
     34},
};

static LONG established, connected, transactions;
static HANDLE cancelled;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        cancelled = CreateEventW(NULL, FALSE, FALSE, NULL);
    return TRUE;
}

LONG WINAPI SCardEstablishContext(DWORD scope, LPCVOID a, LPCVOID b, LPSCARDCONTEXT context)
{
    if (scope != SCARD_SCOPE_USER || a || b)
        return SCARD_E_INVALID_PARAMETER;
    *context = CONTEXT;
    established++;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardReleaseContext(SCARDCONTEXT context)
{
    if (context != CONTEXT || established == 0 || connected || transactions)
        return SCARD_E_INVALID_HANDLE;
    established--;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardCancel(SCARDCONTEXT context)
{
    if (context != CONTEXT)
        return SCARD_E_INVALID_HANDLE;
    SetEvent(cancelled);
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardListReadersW(SCARDCONTEXT context, LPCWSTR groups, LPWSTR names, LPDWORD length)
{
    DWORD needed = sizeof readers / sizeof *readers;

    if (context != CONTEXT || groups)
        return SCARD_E_INVALID_PARAMETER;
    if (*length < needed) {
        *length = needed;
        return SCARD_E_INSUFFICIENT_BUFFER;
    }
    memcpy(names, readers, sizeof readers);
    *length = needed;
    return SCARD_S_SUCCESS;
}

/* The card comes when a program has begun to wait for it. The second reader is always empty. */
LONG WINAPI SCardGetStatusChangeW(SCARDCONTEXT context, DWORD timeout, LPSCARD_READERSTATEW states,
                                  DWORD count)
{
    static int inserted;

    if (context != CONTEXT || count < 1 || count > 2 || states[0].cbAtr || states[0].pvUserData ||
        wcscmp(states[0].szReader, reader))
        return SCARD_E_INVALID_PARAMETER;
    if (timeout > 0) {
        if (states[0].dwCurrentState != SCARD_STATE_EMPTY)
            return SCARD_E_INVALID_VALUE;
        if (timeout > 900) /* of a program that waits for long, to be cancelled */
            return WaitForSingleObject(cancelled, timeout) ? SCARD_E_TIMEOUT : SCARD_E_CANCELLED;
        inserted = 1;
    }
    for (DWORD i = 0; i < count; i++)
        states[i].dwEventState = SCARD_STATE_CHANGED | SCARD_STATE_EMPTY;
    if (inserted) {
        states[0].dwEventState = SCARD_STATE_CHANGED | SCARD_STATE_PRESENT;
        states[0].cbAtr = sizeof atr;
        memcpy(states[0].rgbAtr, atr, sizeof atr);
    }
    return SCARD_S_SUCCESS;
}

/* Some program shares the card, so that it cannot be had exclusively. */
LONG WINAPI SCardConnectW(SCARDCONTEXT context, LPCWSTR name, DWORD share, DWORD protocols,
                          LPSCARDHANDLE card, LPDWORD protocol)
{
    if (context != CONTEXT || connected || wcscmp(name, reader) ||
        protocols != (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1))
        return SCARD_E_INVALID_PARAMETER;
    if (share != SCARD_SHARE_SHARED)
        return share == SCARD_SHARE_EXCLUSIVE ? SCARD_E_SHARING_VIOLATION : SCARD_E_INVALID_VALUE;
    connected = 1;
    *card = CARD;
    *protocol = SCARD_PROTOCOL_T1;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardBeginTransaction(SCARDHANDLE card)
{
    if (card != CARD || transactions)
        return SCARD_E_INVALID_HANDLE;
    transactions = 1;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardEndTransaction(SCARDHANDLE card, DWORD disposition)
{
    if (card != CARD || !transactions || disposition > SCARD_RESET_CARD)
        return SCARD_E_INVALID_HANDLE;
    transactions = 0;
    return SCARD_S_SUCCESS;
}

LONG WINAPI SCardTransmit(SCARDHANDLE card, LPCSCARD_IO_REQUEST pci, LPCBYTE command,
                          DWORD command_length, LPSCARD_IO_REQUEST received, LPBYTE response,
                          LPDWORD response_length)
{
    if (card != CARD || !transactions || pci->dwProtocol != SCARD_PROTOCOL_T1 ||
        pci->cbPciLength != sizeof *pci || received)
        return SCARD_E_INVALID_PARAMETER;
    if (*response_length < 258)
        return SCARD_E_INSUFFICIENT_BUFFER;
    for (unsigned i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
        const struct exchange *x = &exchanges[i];
        if (x->command_length == command_length && !memcmp(x->command, command, command_length)) {
            memcpy(response, x->response, x->response_length);
            *response_length = x->response_length;
            return SCARD_S_SUCCESS;
        }
    }
    return SCARD_F_COMM_ERROR;
}

LONG WINAPI SCardDisconnect(SCARDHANDLE card, DWORD disposition)
{
    if (card != CARD || !connected || transactions || disposition > SCARD_RESET_CARD)
        return SCARD_E_INVALID_HANDLE;
    connected = 0;
    return SCARD_S_SUCCESS;
}
