rem Run as administrator. Subcategories are named by their GUID, which is the same in every language of Windows.
reg add HKLM\SYSTEM\CurrentControlSet\Control\Lsa /v SCENoApplyLegacyAuditPolicy /t REG_DWORD /d 1 /f
for %%g in (9215 9216 9217 921B 921C 922B 9224 9227 9245 922F 9230 9231 9232 9235 9236 9237 9228 9210 9211 9212 923F 9240 9242 923C) do auditpol /set /subcategory:"{0CCE%%g-69AE-11D9-BED3-505054503030}" /success:enable /failure:enable
rem 4688 with the command line
reg add HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System\Audit /v ProcessCreationIncludeCmdLine_Enabled /t REG_DWORD /d 1 /f
rem PowerShell 4104 (script blocks) and 4103 (modules)
reg add HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging /v EnableScriptBlockLogging /t REG_DWORD /d 1 /f
reg add HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ModuleLogging /v EnableModuleLogging /t REG_DWORD /d 1 /f
reg add HKLM\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ModuleLogging\ModuleNames /v * /t REG_SZ /d * /f
rem Room for what happens while the network is down
wevtutil sl Security /ms:1073741824
wevtutil sl Microsoft-Windows-PowerShell/Operational /ms:268435456
wevtutil sl Microsoft-Windows-TaskScheduler/Operational /e:true
rem Clock (machines of a domain take the time of the domain: leave this line out there)
w32tm /config /manualpeerlist:"ntp.nict.jp" /syncfromflags:manual /update
