/*
 * mps_client.h: the client library of MPS, for programs written in C or C++.
 *
 * The library carries one request of the interface specification V1.0.0 (GBK XML) to the MPS
 * agent of this user on this computer, and the answer back. It needs nothing but the operating
 * system (Windows XP or later; Linux with glibc 2.17 or later), starts no threads, keeps no
 * connection, and may be loaded and freed around every call. All functions may be called from any
 * number of threads at once, with stacks as small as 64 KB.
 *
 * 用法（与接口规范 2.5.1 相同）：
 *
 *     typedef int(__stdcall *mps_call)(char *req, char *resp);
 *     HMODULE lib = LoadLibraryA("mps_client.dll");
 *     mps_call call = (mps_call)GetProcAddress(lib, "MPS_Call");
 *     static char resp[8192];
 *     if (call(req, resp) == 0) { ... resp 中是 GBK 编码的应答报文，以 NUL 结尾 ... }
 *
 * 缓冲区大小：
 *   MPS_Call 没有长度参数。resp 传入时若以至少 64 个空格填满并以 NUL 结尾（PowerBuilder、VB6、
 *   VFP 的 Space(8192)），空格个数加一就是缓冲区大小；否则按设置 capacity 计（默认 2048 字节），
 *   resp 不得小于它。建议改用 MPS_CallEx，由调用方明确给出大小。
 *   应答放不下时 resp 中是一个简短的出错应答，说明需要多少字节；绝不截断，绝不越界。
 *   Windows 上缓冲区所在的可写内存不足上述大小时，按可写的部分计；完全不可写时返回
 *   MPS_BAD_BUFFER。其他系统无法低成本地判断，resp 必须可写。
 *
 * 编码：
 *   报文是 GBK。req 若是 UTF-16LE（PowerBuilder 10 及以后版本的声明中没有 ";ansi" 时如此），
 *   应答也用 UTF-16LE，以两个字节的 0 结尾；此时空格和结尾的 NUL 各占两个字节，capacity 仍是
 *   字节数。报文内容相同，声明中仍写 encoding="GBK"。
 *   动态库看 req 的开头：以 BOM（FF FE）开头，或前两个字符是 UTF-16LE 的 ASCII 字符，或开头几个
 *   字符中有 UTF-16LE 的 "<"（之前可以是汉字或全角空格），就是 UTF-16LE。开头看不出来时（空串、
 *   只有一个字符、只有汉字：这些字节也可能是 GBK），看 resp 传入时是否以至少 64 个 UTF-16LE 的
 *   空格填充，是则为 UTF-16LE；否则按 GBK 应答，因为规范规定的是 GBK。
 *   请求最长 65536 个字节（GBK）或 65536 个双字节（UTF-16LE）。
 *
 * 读卡服务（mps agent）：
 *   运行中的读卡服务把端口和一个密钥写在本用户的地址文件里（Windows：
 *   %LOCALAPPDATA%\mps\agent.ini，XP 为 %APPDATA%\mps\agent.ini；其他系统：
 *   $XDG_RUNTIME_DIR/mps/agent.ini，没有该变量时为 $HOME/.cache/mps/agent.ini）。动态库每次
 *   调用都读它，因此无须配置端口，终端服务器上各用户也不会用到别人的读卡服务。
 *   读卡服务没有运行时，动态库启动它所在目录下的 mps.exe（其他系统为 mps），参数为 agent 和
 *   --started-by-library，最多等 5 秒，然后完成这次调用。几个程序同时调用也只启动一个；启动后
 *   停住的，在它结束以前不再启动第二个。启动后随即退出的（例如配置文件有误），立即返回带有原因
 *   和退出码的出错应答。动态库不查找其他目录，不经过命令解释器，不显示窗口；启动的程序不属于
 *   调用程序，调用程序退出后仍运行。Windows 上调用程序在作业（job）中，而该作业不许其中的程序
 *   脱离时，读卡服务也在该作业中，会随它结束；下一次调用再启动它。
 *   动态库所在目录的路径最长 1000 个字符（其他系统 4000 个字节）；太长时每次调用都返回说明此事
 *   的出错应答。
 *
 * 设置：动态库所在目录下的 mps_client.ini，可以没有。每行一项，";" 或 "#" 之后是注释：
 *
 *     capacity   = 2048     缓冲区大小，字节，含结尾的 NUL，64 到 1048576
 *     port       = 7936     mps agent 在 127.0.0.1 上的端口，1 到 65535；不写则用地址文件中的
 *                           端口，没有地址文件时用 7936
 *     timeout_ms = 65000    一次调用的总时限，毫秒，100 到 600000
 *     autostart  = 1        读卡服务没有运行时启动它；0 为不启动
 *
 *   环境变量 MPS_CLIENT_CAPACITY、MPS_CLIENT_PORT、MPS_CLIENT_TIMEOUT_MS、MPS_CLIENT_AUTOSTART
 *   优先于文件（供测试用）。
 *   设置有误时每次调用都返回指明第几行的出错应答，改正后再次调用即可，不必重启程序。
 *   正确的设置在第一次调用时读取一次，以后不再读取。
 */
#ifndef MPS_CLIENT_H
#define MPS_CLIENT_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define MPS_API __stdcall
#else
#define MPS_API
#endif

/* The longest request, in bytes, for UTF-16LE in pairs of bytes, without the NUL. A longer one
 * gets an error answer. */
#define MPS_REQUEST_MAX 65536

/* Returned when req or resp is a null pointer. Nothing was read or written. */
#define MPS_NULL_POINTER (-1)
/* Returned by MPS_CallEx when capacity is less than 1. Nothing was read or written. */
#define MPS_BAD_CAPACITY (-2)
/*
 * Returned on Windows when resp points to memory that cannot be written: read-only, freed, or never
 * there. Nothing was read or written. Elsewhere the system cannot tell cheaply, and such a call
 * crashes.
 */
#define MPS_BAD_BUFFER (-3)

/*
 * MPS_Call sends the request req, a NUL-terminated GBK XML text, and writes the answer to resp,
 * NUL-terminated, within the capacity described above. It waits at most timeout_ms. A request in
 * UTF-16LE is answered in UTF-16LE: see above for how it is told.
 *
 * It returns 0 whenever resp holds an answer, also when that answer reports a failure: look at
 * its <result>, 0 means success. Failures of the library itself (agent not running, time-out,
 * answer larger than resp ...) are answers of the same form with <result>-1</result> and a <msg>
 * that says what to do. It returns MPS_NULL_POINTER for a null pointer and MPS_BAD_BUFFER for a
 * resp that cannot be written.
 */
int MPS_API MPS_Call(char *req, char *resp);

/*
 * MPS_CallEx does the same for a buffer of capacity bytes, the NUL included. What resp holds
 * beforehand matters only where req does not show its charset.
 *
 * It returns 0 when resp holds the answer. When the answer does not fit it returns the bytes
 * needed, the NUL included, which is more than capacity (at least capacity + 1 also where Windows
 * lets fewer bytes of resp be written than capacity says); resp then holds the longest error answer
 * that fits, or the empty text when capacity is less than 58 (UTF-16LE: 116). Asking again with a
 * larger buffer reads the card, or spends the voucher's code, once more: 8192 bytes are enough for
 * either. It returns a negative code, see above, for wrong arguments.
 */
int MPS_API MPS_CallEx(const char *req, char *resp, int capacity);

/* MPS_Version returns the library's version, for example "0.1.0". It belongs to the library. */
const char *MPS_API MPS_Version(void);

#ifdef __cplusplus
}
#endif

#endif
